using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CredBroker.Testing.Vault.Engines;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Logins;

/// <summary>AppRole: a role id that may be known and a secret id that may not.</summary>
internal sealed class ApproleLogin : ILogin
{
    private readonly ConcurrentDictionary<string, (string RoleId, LoginGrant Grant)> _roles = new(StringComparer.Ordinal);

    // Secret ids, each with its role.
    private readonly ConcurrentDictionary<string, string> _secrets = new(StringComparer.Ordinal);

    public LoginGrant LogIn(VaultRequest request)
    {
        var (roleId, secretId) = (request.Text("role_id"), request.Text("secret_id"));
        return _secrets.TryGetValue(secretId, out var name) && _roles.TryGetValue(name, out var role) && role.RoleId == roleId
            ? role.Grant
            : throw VaultRefusal.BadRequest("invalid role or secret ID");
    }

    public EngineReply Configure(VaultRequest request)
    {
        if (request.Path.Split('/') is not ["role", var name, .. var rest]) throw VaultRefusal.NotFound();
        switch (request.Method, rest)
        {
            case ("POST", []):
                var roleId = _roles.TryGetValue(name, out var known) ? known.RoleId : Guid.NewGuid().ToString();
                _roles[name] = (roleId, LoginGrant.Of("approle", request));
                return EngineReply.Done;
            case ("GET", ["role-id"]) when _roles.TryGetValue(name, out var role):
                return new EngineReply(new JsonObject { ["role_id"] = role.RoleId });
            case ("POST", ["secret-id"]) when _roles.ContainsKey(name):
                var secret = Guid.NewGuid().ToString();
                _secrets[secret] = name;
                return new EngineReply(new JsonObject { ["secret_id"] = secret, ["secret_id_accessor"] = Guid.NewGuid().ToString() });
            case ("POST", ["secret-id", "destroy"]):
                _secrets.TryRemove(request.Text("secret_id"), out _);
                return EngineReply.Done;
            default:
                throw VaultRefusal.NotFound();
        }
    }
}
