using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Logins;

/// <summary>The token that a login is worth.</summary>
internal sealed record LoginGrant
{
    public required string DisplayName { get; init; }

    public IReadOnlyList<string> Policies { get; init; } = [];

    public TimeSpan? Ttl { get; init; }

    public TimeSpan? MaxTtl { get; init; }

    public TimeSpan? Period { get; init; }

    public bool IsBatch { get; init; }

    /// <summary>What a login role says of its tokens.</summary>
    public static LoginGrant Of(string displayName, VaultRequest role) => new()
    {
        DisplayName = displayName,
        Policies = role.Flag("token_no_default_policy") ?? false ? role.Words("token_policies") : [.. role.Words("token_policies").Prepend("default").Distinct()],
        Ttl = role.Duration("token_ttl"),
        MaxTtl = role.Duration("token_max_ttl"),
        Period = role.Duration("token_period"),
        IsBatch = role.Text("token_type") == "batch",
    };
}
