using System.Text.Json;

namespace CredBroker.Server.Backends.Vault.Engines;

/// <summary>Reads the parts of a secret out of Vault's data, under Vault's own names.</summary>
internal static class SecretValues
{
    /// <summary>Every text; numbers, <c>true</c> and <c>false</c> as Vault writes them. Lists, objects and nulls are left out.</summary>
    public static Dictionary<string, string> AllOf(JsonElement? data)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (data is not { ValueKind: JsonValueKind.Object } fields) return values;
        foreach (var field in fields.EnumerateObject())
        {
            switch (field.Value.ValueKind)
            {
                case JsonValueKind.String:
                    values[field.Name] = field.Value.GetString()!;
                    break;
                case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                    values[field.Name] = field.Value.GetRawText();
                    break;
            }
        }

        return values;
    }
}
