using System.Text.Json.Nodes;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Tokens;

/// <summary>What lies below <c>auth/token/</c>.</summary>
internal sealed class TokenPaths(TokenStore tokens, TokenMaker maker, VaultStorage storage, VaultNamespaces namespaces, VaultDoubleSettings settings)
{
    private const string CreateForRole = "create/";
    private const string Roles = "roles/";

    private DateTimeOffset Now => settings.Time.GetUtcNow();

    public VaultReply Answer(VaultRequest request, string path, TokenEntry caller) => (request.Method, path) switch
    {
        ("POST", "create") => maker.Make(request, caller, roleName: null, orphan: false),
        ("POST", "create-orphan") => maker.Make(request, caller, roleName: null, orphan: true),
        ("POST", _) when path.StartsWith(CreateForRole, StringComparison.Ordinal) => maker.Make(request, caller, path[CreateForRole.Length..], orphan: false),
        ("GET", "lookup-self") => VaultReply.Data(caller.Describe(Now, withId: true)),
        ("POST", "lookup-accessor") => VaultReply.Data(Accessible(request).Describe(Now, withId: false)),
        ("POST", "renew-self") => Renew(caller, request, withToken: true),
        ("POST", "renew-accessor") => Renew(Accessible(request), request, withToken: false),
        ("POST", "revoke-self") => RevokeSelf(caller),
        ("POST", "revoke-accessor") => RevokeAccessor(request),
        ("LIST", "accessors") => List(request.Namespace),
        ("POST", _) when path.StartsWith(Roles, StringComparison.Ordinal) => PutRole(request, path[Roles.Length..]),
        ("GET", _) when path.StartsWith(Roles, StringComparison.Ordinal) => ReadRole(request, path[Roles.Length..]),
        _ => throw VaultRefusal.NotFound(),
    };

    private TokenEntry Accessible(VaultRequest request)
    {
        var accessor = request.Text("accessor");
        if (accessor.Length == 0) throw VaultRefusal.BadRequest("missing accessor");
        return tokens.FindAccessor(request.Namespace, accessor) ?? throw VaultRefusal.BadRequest("invalid accessor");
    }

    private VaultReply Renew(TokenEntry token, VaultRequest request, bool withToken)
    {
        var (renewed, ttl, warnings) = tokens.Renew(token, request.Duration("increment"));
        return VaultReply.Auth(renewed.ToAuth(ttl, withToken), warnings);
    }

    private VaultReply RevokeSelf(TokenEntry caller)
    {
        if (caller.IsBatch) throw VaultRefusal.BadRequest("batch tokens cannot be revoked");
        tokens.Revoke(caller);
        return VaultReply.NoContent;
    }

    private VaultReply RevokeAccessor(VaultRequest request)
    {
        var accessor = request.Text("accessor");
        if (accessor.Length == 0) throw VaultRefusal.BadRequest("missing accessor");
        if (tokens.FindAccessor(request.Namespace, accessor) is not { } token)
            return VaultReply.Data(data: null, ["No token found with this accessor"]);
        tokens.Revoke(token);
        return VaultReply.NoContent;
    }

    private VaultReply List(string space)
    {
        string[] accessors = [.. storage.Tokens.Where(token => token.Namespace == space && !token.IsBatch).Select(token => token.Accessor)];
        if (accessors.Length == 0) throw VaultRefusal.NotFound();
        return VaultReply.Data(new JsonObject { ["keys"] = new JsonArray([.. accessors.Select(accessor => JsonValue.Create(accessor))]) });
    }

    private VaultReply PutRole(VaultRequest request, string name)
    {
        namespaces.Get(request.Namespace).TokenRoles[name] = TokenRole.Of(name, request);
        return VaultReply.NoContent;
    }

    private VaultReply ReadRole(VaultRequest request, string name) => namespaces.Get(request.Namespace).TokenRoles.TryGetValue(name, out var role)
        ? VaultReply.Data(new JsonObject
        {
            ["name"] = role.Name,
            ["orphan"] = role.Orphan,
            ["renewable"] = role.Renewable,
            ["token_type"] = role.Type,
            ["token_explicit_max_ttl"] = (long)(role.ExplicitMax ?? TimeSpan.Zero).TotalSeconds,
        })
        : throw VaultRefusal.NotFound();
}
