using CredBroker.Testing.Vault.Engines;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Leases;
using CredBroker.Testing.Vault.Tokens;

namespace CredBroker.Testing.Vault.Logins;

/// <summary>What lies below <c>auth/</c> besides tokens.</summary>
internal sealed class LoginPaths(TokenStore tokens, VaultNamespaces namespaces, VaultDoubleSettings settings)
{
    private const string Auth = "auth/";

    /// <summary>Whether this is a request for a first token, which nobody needs a token for.</summary>
    public static bool IsLogin(VaultRequest request) =>
        request.IsWrite && request.Path.StartsWith(Auth, StringComparison.Ordinal) && request.Path.EndsWith("/login", StringComparison.Ordinal);

    public VaultReply LogIn(VaultRequest request)
    {
        var (login, _, rest) = Find(request);
        if (rest != "login") throw VaultRefusal.NotFound();
        var grant = login.LogIn(request);
        var now = settings.Time.GetUtcNow();
        var ttl = VaultTtl.Cut(now, now, grant.Period ?? grant.Ttl ?? settings.DefaultLeaseTtl, settings.MaxLeaseTtl, grant.MaxTtl);
        var token = tokens.Add(new TokenEntry
        {
            Id = "",
            Accessor = "",
            LeaseId = "",
            Namespace = request.Namespace,
            Path = request.Path,
            Policies = grant.Policies,
            IssuedAt = now,
            Ttl = ttl.Value,
            ExpiresAt = now + ttl.Value,
            DisplayName = grant.DisplayName,
            IsBatch = grant.IsBatch,
            Renewable = !grant.IsBatch,
            Period = grant.Period,
            RenewalMax = grant.MaxTtl,
        });
        return VaultReply.Auth(token.ToAuth(ttl.Value), ttl.Warnings);
    }

    public EngineReply Configure(VaultRequest request)
    {
        var (login, _, rest) = Find(request);
        return login.Configure(request with { Path = rest });
    }

    private (ILogin Login, string Name, string Below) Find(VaultRequest request) =>
        VaultNamespace.Find(namespaces.Get(request.Namespace).Logins, request.Path[Auth.Length..]) ?? throw VaultRefusal.NotFound("no handler for route");
}
