using System.Text.Json.Serialization;

namespace CredBroker.Server.Storage.Redis;

/// <summary>What becomes known about a lease after it was recorded.</summary>
internal sealed class StoredNotes
{
    [JsonPropertyName("h")] public string? Handle { get; init; }

    [JsonPropertyName("e")] public string? Error { get; init; }

    [JsonPropertyName("s")] public string? SupersededBy { get; init; }

    /// <summary>When the end was recorded. The scripts write it, and carry it over: it is the last of the notes.</summary>
    [JsonPropertyName("u")] public long EndedAt { get; init; }
}
