using System.Net;
using CredBroker.Testing.Vault.Engines;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Leases;
using CredBroker.Testing.Vault.Logins;
using CredBroker.Testing.Vault.Policies;
using CredBroker.Testing.Vault.Tokens;

namespace CredBroker.Testing.Vault;

/// <summary>Lets requests in and leads them to whoever answers them; what is answered with a lease is registered here.</summary>
internal sealed class VaultRouter(VaultNamespaces namespaces, VaultAccess access, TokenStore tokens, LeaseStore leases, VaultPaths paths)
{
    private const string Token = "auth/token/";
    private const string Auth = "auth/";
    private const string Leases = "sys/leases/";
    private const string Sys = "sys/";

    /// <summary>Answers a request of an unsealed Vault.</summary>
    /// <param name="request">The request.</param>
    /// <param name="letIn">Told of the token that it came with, and awaited before the work begins.</param>
    public async Task<VaultReply> AnswerAsync(VaultRequest request, Func<TokenEntry?, Task> letIn)
    {
        namespaces.Get(request.Namespace);
        if (LoginPaths.IsLogin(request))
        {
            await letIn(null);
            return paths.Logins.LogIn(request);
        }

        var token = tokens.Find(request.Token) ?? throw VaultRefusal.Denied();
        access.Require(token, request);
        token = tokens.Use(token) ?? throw VaultRefusal.Denied();
        try
        {
            await letIn(token);
            var reply = await ServeAsync(request, token);
            if (token.NumUses == TokenEntry.UsedUp && (string?)reply.Body?["lease_id"] is { Length: > 0 })
                throw VaultRefusal.BadRequest("Secret cannot be returned; token had one use left, so leased credentials were immediately revoked.");
            return reply;
        }
        finally
        {
            if (token.NumUses == TokenEntry.UsedUp) tokens.Revoke(token);
        }
    }

    private async Task<VaultReply> ServeAsync(VaultRequest request, TokenEntry token)
    {
        var path = request.Path;
        if (path.StartsWith(Token, StringComparison.Ordinal)) return paths.Tokens.Answer(request, path[Token.Length..], token);
        if (path.StartsWith(Auth, StringComparison.Ordinal)) return ReplyOf(paths.Logins.Configure(request));
        if (path.StartsWith(Leases, StringComparison.Ordinal)) return await paths.Leases.AnswerAsync(request, path[Leases.Length..]);
        if (path.StartsWith(Sys, StringComparison.Ordinal)) return paths.System.Answer(request, path[Sys.Length..]);
        var (engine, _, rest) = VaultNamespace.Find(namespaces.Get(request.Namespace).Mounts, path)
            ?? throw new VaultRefusal((int)HttpStatusCode.NotFound, $"no handler for route \"{path}\". route entry not found.");
        var reply = await engine.AnswerAsync(request with { Path = rest });
        if (reply.Secret is not { } terms) return ReplyOf(reply);
        var (lease, warnings) = leases.Register(request, engine, terms, token);
        return VaultReply.Secret(lease.Id, lease.Terms.Renewable, TimeSpan.FromSeconds(Math.Round((lease.ExpiresAt - lease.IssuedAt).TotalSeconds)), reply.Data, warnings);
    }

    private static VaultReply ReplyOf(EngineReply reply) => reply.Data is { } data ? VaultReply.Data(data) : VaultReply.NoContent;
}
