using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;

namespace CredBroker.Policy.Cedar.Documents;

/// <summary>One good set of policies.</summary>
internal sealed class CedarPolicySet
{
    private const int VersionBytes = 8;

    public CedarPolicySet(IEnumerable<CedarPolicy> policies)
    {
        Policies = [.. policies.OrderBy(policy => policy.Id, StringComparer.Ordinal)];
        ById = Policies.ToFrozenDictionary(policy => policy.Id);
        Version = Hash(Policies);
    }

    /// <summary>Content hash of the policies and of the schema: 16 lower-case hex digits. Files and their order play no part.</summary>
    public string Version { get; }

    /// <summary>The policies, by id.</summary>
    public IReadOnlyList<CedarPolicy> Policies { get; }

    /// <summary>The same, to be found.</summary>
    public FrozenDictionary<string, CedarPolicy> ById { get; }

    private static string Hash(IEnumerable<CedarPolicy> policies)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(policies.Select(policy => policy.Text).Prepend(CedarSchema.Text));
        return Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, VersionBytes));
    }
}
