using System.Text.Json.Serialization;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>The part of an answer that tells of a token.</summary>
internal sealed class VaultAuthBody
{
    [JsonPropertyName("client_token")] public string? ClientToken { get; init; }

    [JsonPropertyName("accessor")] public string? Accessor { get; init; }

    [JsonPropertyName("lease_duration")] public long LeaseDuration { get; init; }

    [JsonPropertyName("renewable")] public bool Renewable { get; init; }

    [JsonPropertyName("orphan")] public bool Orphan { get; init; }

    public override string ToString() => $"{nameof(VaultAuthBody)} {{ [redacted] }}";
}
