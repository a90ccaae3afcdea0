namespace CredBroker.Templates.Vault;

/// <summary>A secret that Vault or OpenBao makes (<c>backend: { vault: … }</c>).</summary>
/// <param name="Mount">Where the engine is mounted.</param>
/// <param name="Engine">What it is asked for.</param>
public sealed record VaultTemplateBackend(string Mount, VaultEngine Engine) : TemplateBackend(BackendNames.Vault)
{
    /// <summary>The longest life of a lease that hangs on a batch token, which cannot be revoked.</summary>
    public static readonly TimeSpan LongestLeanTtl = TimeSpan.FromMinutes(5);

    /// <summary>The cluster, by its name in the settings; null = the first one there.</summary>
    public string? Cluster { get; init; }

    /// <summary>The namespace, from the root; null = the cluster's.</summary>
    public string? Namespace { get; init; }

    /// <summary>The token role by which child tokens are made; null = the cluster's.</summary>
    public string? TokenRole { get; init; }

    /// <summary>Policies of the child token; none = those of the token role.</summary>
    public IReadOnlyList<string> Policies { get; init; } = [];

    /// <summary>Whether the secret hangs on a batch token: cheaper, and a reply that is lost can only be waited out.</summary>
    public bool IsLean { get; init; }
}
