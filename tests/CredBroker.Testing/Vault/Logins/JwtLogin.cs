using System.Collections.Concurrent;
using CredBroker.Testing.Vault.Engines;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Logins;

/// <summary>Signed tokens of somebody else, by the public keys that it was configured with.</summary>
internal sealed class JwtLogin(TimeProvider time) : ILogin
{
    private readonly ConcurrentDictionary<string, (LoginGrant Grant, VaultRequest Role)> _roles = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _keys = [];

    public LoginGrant LogIn(VaultRequest request)
    {
        if (!_roles.TryGetValue(request.Text("role"), out var role)) throw VaultRefusal.BadRequest($"role \"{request.Text("role")}\" could not be found");
        var claims = SignedJwt.Verify(request.Required("jwt"), _keys, time.GetUtcNow())
            ?? throw VaultRefusal.BadRequest("error validating token: no known key successfully validated the token signature");
        if (!SignedJwt.IsFor(claims, role.Role.Words("bound_audiences"))) throw VaultRefusal.BadRequest("error validating token: invalid audience (aud) claim");
        var subject = role.Role.Text("bound_subject");
        if (subject.Length > 0 && (string?)claims["sub"] != subject) throw VaultRefusal.BadRequest("error validating token: invalid subject (sub) claim");
        return role.Grant;
    }

    public EngineReply Configure(VaultRequest request)
    {
        if (!request.IsWrite) throw VaultRefusal.NotFound();
        switch (request.Path.Split('/'))
        {
            case ["config"]:
                _keys = request.Words("jwt_validation_pubkeys");
                return EngineReply.Done;
            case ["role", var name]:
                _roles[name] = (LoginGrant.Of("jwt", request), request);
                return EngineReply.Done;
            default:
                throw VaultRefusal.NotFound();
        }
    }
}
