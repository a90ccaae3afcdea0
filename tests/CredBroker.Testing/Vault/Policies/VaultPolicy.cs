using System.Text.RegularExpressions;

namespace CredBroker.Testing.Vault.Policies;

/// <summary>What its holder may do at which paths.</summary>
internal sealed partial class VaultPolicy(IReadOnlyList<PolicyRule> rules)
{
    /// <summary>What every token may do that does not do without it.</summary>
    public static VaultPolicy Default { get; } = Parse(
        """
        path "auth/token/lookup-self" { capabilities = ["read"] }
        path "auth/token/renew-self" { capabilities = ["update"] }
        path "auth/token/revoke-self" { capabilities = ["update"] }
        path "sys/leases/lookup" { capabilities = ["update"] }
        path "sys/leases/renew" { capabilities = ["update"] }
        """);

    /// <summary>Reads HCL as far as policies need it: paths with their capabilities.</summary>
    public static VaultPolicy Parse(string hcl) => new(
        [.. Paths().Matches(Comments().Replace(hcl, "")).Select(path => new PolicyRule(path.Groups[1].Value, [.. Words().Matches(path.Groups[2].Value).Select(word => word.Groups[1].Value)]))]);

    /// <summary>What the rule says that fits a path best.</summary>
    public IReadOnlyList<string> CapabilitiesAt(string path) =>
        rules.Where(rule => rule.Matches(path)).OrderByDescending(rule => rule.Precision).FirstOrDefault()?.Capabilities ?? [];

    [GeneratedRegex("""path\s+"([^"]+)"\s*\{\s*capabilities\s*=\s*\[([^\]]*)\]""")]
    private static partial Regex Paths();

    [GeneratedRegex("\"([a-z]+)\"")]
    private static partial Regex Words();

    [GeneratedRegex("#[^\n]*")]
    private static partial Regex Comments();
}
