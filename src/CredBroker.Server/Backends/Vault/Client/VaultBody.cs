using System.Text.Json;
using System.Text.Json.Serialization;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>The one form of Vault's answers.</summary>
internal sealed class VaultBody
{
    [JsonPropertyName("lease_id")] public string? LeaseId { get; init; }

    [JsonPropertyName("lease_duration")] public long LeaseDuration { get; init; }

    [JsonPropertyName("data")] public JsonElement? Data { get; init; }

    [JsonPropertyName("auth")] public VaultAuthBody? Auth { get; init; }

    [JsonPropertyName("errors")] public string[]? Errors { get; init; }

    /// <summary>A text of the data; null where there is none of this name.</summary>
    public string? DataText(string name) =>
        Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A number of the data; null where there is none of this name.</summary>
    public long? DataNumber(string name) =>
        Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    public override string ToString() => $"{nameof(VaultBody)} {{ [redacted] }}";
}
