using System.Text.Json;
using System.Text.Json.Serialization;

namespace CredBroker.Server.Backends.Vault;

/// <summary>What a lease's handle says: where its secret is and what revokes it. It goes into the store and holds no secret.</summary>
internal sealed record VaultHandle
{
    /// <summary>The cluster.</summary>
    [JsonPropertyName("c")] public required string Cluster { get; init; }

    /// <summary>The namespace, from the root; null = the root.</summary>
    [JsonPropertyName("n")] public string? Namespace { get; init; }

    /// <summary>The accessor of the child token; null = it hangs on a batch token, which has none.</summary>
    [JsonPropertyName("a")] public string? Accessor { get; init; }

    /// <summary>Vault's lease; null until a secret was made, or where the engine makes none.</summary>
    [JsonPropertyName("l")] public string? LeaseId { get; init; }

    /// <summary>What is written to revoke a secret without lease: the path.</summary>
    [JsonPropertyName("w")] public string? RevokePath { get; init; }

    /// <summary>For certificates: the serial number to write there.</summary>
    [JsonPropertyName("s")] public string? Serial { get; init; }

    /// <summary>The engine cannot take its credential back: it lives to its TTL whatever Vault says.</summary>
    [JsonPropertyName("o")] public bool Outlives { get; init; }

    /// <summary>
    /// Whether Vault knew what is to be revoked before anything was revoked: only then its not knowing it afterwards means anything. Null = nobody
    /// has looked.
    /// </summary>
    [JsonPropertyName("k")] public bool? WasKnown { get; init; }

    /// <summary>When the child token was revoked, where that is all that can be done; Unix seconds. Vault then revokes what hangs on it.</summary>
    [JsonPropertyName("t")] public long? CascadedAt { get; init; }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static VaultHandle Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, VaultHandleJson.Default.VaultHandle) ?? throw new FormatException("A handle of Vault is empty.");
        }
        catch (JsonException fault)
        {
            throw new FormatException("A handle of Vault cannot be read.", fault);
        }
    }

    /// <summary>The text that is stored.</summary>
    public string Write() => JsonSerializer.Serialize(this, VaultHandleJson.Default.VaultHandle);
}
