using System.Text.Json;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>Something that Cedar could not read or evaluate.</summary>
/// <param name="PolicyId">The policy that it is about; empty where it is about none.</param>
/// <param name="Message">Cedar's own words.</param>
/// <param name="Offset">Where in the policy's text, in bytes; 0 where that is not known.</param>
internal sealed record CedarError(string PolicyId, string Message, int Offset)
{
    /// <summary>Reads <c>{policyId, error}</c>.</summary>
    public static CedarError ReadOfPolicy(JsonElement entry) => Read(entry.GetProperty("error"), entry.GetProperty("policyId").GetString()!);

    /// <summary>Reads a list of detailed errors.</summary>
    public static IEnumerable<CedarError> ReadAll(JsonElement errors, string policyId) => errors.EnumerateArray().Select(error => Read(error, policyId));

    private static CedarError Read(JsonElement error, string policyId)
    {
        var message = Shorten(error.GetProperty("message").GetString()!, policyId);
        if (error.TryGetProperty("help", out var help) && help.GetString() is { Length: > 0 } hint) message += $" ({hint})";
        var offset = error.TryGetProperty("sourceLocations", out var places) && places.ValueKind == JsonValueKind.Array && places.GetArrayLength() > 0
            ? places[0].GetProperty("start").GetInt32()
            : 0;
        return new CedarError(policyId, message, offset);
    }

    // Whoever reads it knows already what was read, and of which policy it is.
    private static string Shorten(string message, string policyId) => Without(Without(message, "failed to parse policy from string: "), $"for policy `{policyId}`, ");

    private static string Without(string text, string start) => text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : text;
}
