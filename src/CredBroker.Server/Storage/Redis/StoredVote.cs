using System.Text.Json.Serialization;
using CredBroker.Approvals;

namespace CredBroker.Server.Storage.Redis;

/// <summary>What one person has said.</summary>
internal sealed class StoredVote
{
    [JsonPropertyName("by")] public required string By { get; init; }

    [JsonPropertyName("yes")] public bool Agrees { get; init; }

    [JsonPropertyName("why")] public required string Reason { get; init; }

    [JsonPropertyName("at")] public required long At { get; init; }

    [JsonPropertyName("gen")] public required long Generation { get; init; }

    public static StoredVote From(ApprovalVote vote) =>
        new() { By = vote.By, Agrees = vote.Agrees, Reason = vote.Reason, At = vote.At.ToUnixTimeMilliseconds(), Generation = vote.Generation };

    public ApprovalVote ToVote() => new(By, Agrees, Reason, Instant.Read(At), Generation);
}
