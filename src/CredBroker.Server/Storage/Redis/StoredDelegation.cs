using System.Text.Json.Serialization;
using CredBroker.Tasks;

namespace CredBroker.Server.Storage.Redis;

/// <summary>One entry of a child task's ceiling.</summary>
internal sealed class StoredDelegation
{
    [JsonPropertyName("p")] public required string Template { get; init; }

    [JsonPropertyName("c")] public required int Capabilities { get; init; }

    [JsonPropertyName("m")] public long? MaxTtlMs { get; init; }

    public static StoredDelegation From(DelegatedTemplate delegated) => new()
    {
        Template = delegated.Template,
        Capabilities = (int)delegated.Capabilities,
        MaxTtlMs = (long?)delegated.MaxTtl?.TotalMilliseconds,
    };

    public DelegatedTemplate ToDelegated() => new(
        Template, (Capabilities)Capabilities, MaxTtlMs is { } max ? Instant.ReadSpan(max) : null);
}
