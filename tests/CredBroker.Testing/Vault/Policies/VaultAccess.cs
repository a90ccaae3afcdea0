using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Tokens;

namespace CredBroker.Testing.Vault.Policies;

/// <summary>Who may do what.</summary>
internal sealed class VaultAccess(VaultNamespaces namespaces)
{
    private static readonly string[] Guarded = ["auth/token/accessors", "sys/leases/revoke-prefix/", "sys/leases/revoke-force/", "sys/leases/lookup/"];

    /// <exception cref="VaultRefusal">403: it may not.</exception>
    public void Require(TokenEntry token, VaultRequest request)
    {
        if (!IsBelow(request.Namespace, token.Namespace)) throw VaultRefusal.Denied();
        if (token.IsRoot) return;
        var capabilities = CapabilitiesOf(token, request);
        if (capabilities.Contains("deny") || !WantedFor(request.Method).Any(capabilities.Contains)) throw VaultRefusal.Denied();
        if (Guarded.Any(path => request.Path.StartsWith(path, StringComparison.Ordinal)) && !capabilities.Contains("sudo")) throw VaultRefusal.Denied();
    }

    /// <summary>Whether it may do more there than policies give everybody.</summary>
    public bool IsSudo(TokenEntry token, VaultRequest request) => token.IsRoot || CapabilitiesOf(token, request).Contains("sudo");

    private List<string> CapabilitiesOf(TokenEntry token, VaultRequest request)
    {
        // A policy speaks of paths as they look from the namespace that it is of.
        var inner = request.Namespace[token.Namespace.Length..].Trim('/');
        var path = inner.Length == 0 ? request.Path : $"{inner}/{request.Path}";
        var policies = namespaces.Get(token.Namespace).Policies;
        return [.. token.Policies.Select(policies.GetValueOrDefault).OfType<VaultPolicy>().SelectMany(policy => policy.CapabilitiesAt(path)).Distinct()];
    }

    private static bool IsBelow(string space, string ancestor) =>
        ancestor.Length == 0 || space == ancestor || space.StartsWith(ancestor + "/", StringComparison.Ordinal);

    private static string[] WantedFor(string method) => method switch
    {
        "GET" => ["read"],
        "LIST" => ["list"],
        "DELETE" => ["delete"],
        _ => ["create", "update"],
    };
}
