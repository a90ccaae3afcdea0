using System.Collections.Concurrent;
using CredBroker.Testing.Vault.Engines;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Logins;

/// <summary>Tokens of Kubernetes service accounts. The real one also asks the cluster whether the account still exists.</summary>
internal sealed class KubernetesLogin(TimeProvider time) : ILogin
{
    private const string Account = "system:serviceaccount:";
    private readonly ConcurrentDictionary<string, (LoginGrant Grant, VaultRequest Role)> _roles = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _keys = [];

    public LoginGrant LogIn(VaultRequest request)
    {
        if (!_roles.TryGetValue(request.Text("role"), out var role)) throw VaultRefusal.BadRequest($"invalid role name \"{request.Text("role")}\"");
        var claims = SignedJwt.Verify(request.Required("jwt"), _keys, time.GetUtcNow()) ?? throw VaultRefusal.Denied();
        var account = ((string?)claims["sub"] ?? "").Split(':');
        var isBound = account is [_, _, var space, var name]
            && (string?)claims["sub"] == $"{Account}{space}:{name}"
            && role.Role.Words("bound_service_account_namespaces").Contains(space)
            && role.Role.Words("bound_service_account_names").Contains(name);
        return isBound ? role.Grant : throw VaultRefusal.Denied();
    }

    public EngineReply Configure(VaultRequest request)
    {
        if (!request.IsWrite) throw VaultRefusal.NotFound();
        switch (request.Path.Split('/'))
        {
            case ["config"]:
                _keys = request.Words("pem_keys");
                return EngineReply.Done;
            case ["role", var name]:
                _roles[name] = (LoginGrant.Of("kubernetes", request), request);
                return EngineReply.Done;
            default:
                throw VaultRefusal.NotFound();
        }
    }
}
