using System.Text.Json.Nodes;

namespace CredBroker.Testing.Vault.Tokens;

/// <summary>A token that stands.</summary>
internal sealed record TokenEntry
{
    /// <summary><see cref="NumUses"/> of a token in its last use: nobody finds it any more.</summary>
    public const int UsedUp = -1;

    public required string Id { get; init; }

    /// <summary>Empty for batch tokens.</summary>
    public required string Accessor { get; init; }

    public required string Namespace { get; init; }

    /// <summary>Where it was made, such as <c>auth/token/create/credbroker</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The lease that stands for it.</summary>
    public required string LeaseId { get; init; }

    public required IReadOnlyList<string> Policies { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>What it was made with, or last renewed to.</summary>
    public required TimeSpan Ttl { get; init; }

    /// <summary>Null = never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public IReadOnlyDictionary<string, string> Meta { get; init; } = new Dictionary<string, string>();

    public string DisplayName { get; init; } = "token";

    public string? Role { get; init; }

    /// <summary>The token that it dies with; null = an orphan.</summary>
    public string? Parent { get; init; }

    public bool IsBatch { get; init; }

    public bool Renewable { get; init; }

    /// <summary>0 = as often as one likes.</summary>
    public int NumUses { get; init; }

    public TimeSpan? Period { get; init; }

    /// <summary>What the request that made it asked for.</summary>
    public TimeSpan? ExplicitMax { get; init; }

    /// <summary>What renewals are held to. With a token role that is the role's and not what the request asked for.</summary>
    public TimeSpan? RenewalMax { get; init; }

    public DateTimeOffset? RenewedAt { get; init; }

    public bool IsRoot => Policies.Contains("root");

    public string Type => IsBatch ? "batch" : "service";

    /// <summary>A draft of the token that everything begins with.</summary>
    public static TokenEntry Root(DateTimeOffset now) => new()
    {
        Id = "",
        Accessor = "",
        LeaseId = "",
        Namespace = "",
        Path = "auth/token/root",
        Policies = ["root"],
        IssuedAt = now,
        Ttl = TimeSpan.Zero,
        DisplayName = "root",
    };

    /// <summary>As <c>lookup</c> tells it, with the token's id only where it is for its holder.</summary>
    public JsonObject Describe(DateTimeOffset now, bool withId) => new()
    {
        ["accessor"] = Accessor,
        ["creation_time"] = IssuedAt.ToUnixTimeSeconds(),
        ["creation_ttl"] = (long)Ttl.TotalSeconds,
        ["display_name"] = DisplayName,
        ["entity_id"] = "",
        ["expire_time"] = ExpiresAt?.ToString("O"),
        ["explicit_max_ttl"] = (long)(ExplicitMax ?? TimeSpan.Zero).TotalSeconds,
        ["id"] = withId ? Id : "",
        ["issue_time"] = IssuedAt.ToString("O"),
        ["meta"] = new JsonObject(Meta.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)JsonValue.Create(entry.Value)))),
        ["num_uses"] = NumUses,
        ["orphan"] = Parent is null,
        ["path"] = Path,
        ["policies"] = new JsonArray([.. Policies.Select(policy => JsonValue.Create(policy))]),
        ["renewable"] = Renewable,
        ["role"] = Role,
        ["ttl"] = ExpiresAt is { } end ? (long)(end - now).TotalSeconds : 0,
        ["type"] = Type,
    };

    /// <summary>As the answer that makes it tells it.</summary>
    public JsonObject ToAuth(TimeSpan duration, bool withToken = true) => new()
    {
        ["client_token"] = withToken ? Id : "",
        ["accessor"] = Accessor,
        ["policies"] = new JsonArray([.. Policies.Select(policy => JsonValue.Create(policy))]),
        ["token_policies"] = new JsonArray([.. Policies.Select(policy => JsonValue.Create(policy))]),
        ["metadata"] = new JsonObject(Meta.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)JsonValue.Create(entry.Value)))),
        ["lease_duration"] = (long)duration.TotalSeconds,
        ["renewable"] = Renewable,
        ["entity_id"] = "",
        ["token_type"] = Type,
        ["orphan"] = Parent is null,
        ["mfa_requirement"] = null,
        ["num_uses"] = NumUses,
    };

    /// <summary>Never the token.</summary>
    public override string ToString() => Accessor;
}
