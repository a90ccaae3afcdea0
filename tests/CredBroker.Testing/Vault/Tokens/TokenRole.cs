using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Tokens;

/// <summary>What tokens of a role are made with.</summary>
internal sealed record TokenRole
{
    public required string Name { get; init; }

    public IReadOnlyList<string> AllowedPolicies { get; init; } = [];

    public bool Orphan { get; init; }

    public bool Renewable { get; init; } = true;

    public bool NoDefaultPolicy { get; init; }

    public TimeSpan? ExplicitMax { get; init; }

    public TimeSpan? Period { get; init; }

    public int NumUses { get; init; }

    /// <summary><c>default-service</c>, <c>default-batch</c>, <c>service</c> or <c>batch</c>.</summary>
    public string Type { get; init; } = "default-service";

    public string PathSuffix { get; init; } = "";

    public static TokenRole Of(string name, VaultRequest request) => new()
    {
        Name = name,
        AllowedPolicies = request.Words("allowed_policies"),
        Orphan = request.Flag("orphan") ?? false,
        Renewable = request.Flag("renewable") ?? true,
        NoDefaultPolicy = request.Flag("token_no_default_policy") ?? false,
        ExplicitMax = request.Duration("token_explicit_max_ttl"),
        Period = request.Duration("token_period"),
        NumUses = request.Number("token_num_uses"),
        Type = request.Text("token_type") is { Length: > 0 } type ? type : "default-service",
        PathSuffix = request.Text("path_suffix"),
    };
}
