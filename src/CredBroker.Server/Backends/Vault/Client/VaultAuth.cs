using System.Text.Json.Nodes;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>Logs in to one namespace of one cluster.</summary>
internal sealed class VaultAuth(VaultHttp http, string? ns, TimeProvider time) : IVaultAuth
{
    public async Task<VaultLogin> LoginAsync(string mount, JsonObject credentials, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow();
        var body = await http.SendAsync(new VaultCall(HttpMethod.Post, $"auth/{mount}/login") { Body = credentials }, ns, cancellationToken);
        return LoginOf(body.Auth, since);
    }

    public async Task<VaultLogin> LookupSelfAsync(VaultToken token, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow();
        var body = await http.SendAsync(
            new VaultCall(HttpMethod.Get, "auth/token/lookup-self") { Token = token, IsSafe = true }, ns, cancellationToken);
        var isRenewable = body.Data is { } data && data.TryGetProperty("renewable", out var renewable) && renewable.ValueKind == System.Text.Json.JsonValueKind.True;
        return new VaultLogin(token, TimeSpan.FromSeconds(body.DataNumber("ttl") ?? 0), isRenewable, since);
    }

    public async Task<VaultLogin> RenewSelfAsync(VaultToken token, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow();
        var body = await http.SendAsync(
            new VaultCall(HttpMethod.Post, "auth/token/renew-self") { Body = [], Token = token, IsSafe = true }, ns, cancellationToken);
        return body.Auth is { } auth
            ? new VaultLogin(token, TimeSpan.FromSeconds(auth.LeaseDuration), auth.Renewable, since)
            : throw NoToken();
    }

    private static VaultLogin LoginOf(VaultAuthBody? auth, DateTimeOffset since) => auth?.ClientToken is { Length: > 0 } token
        ? new VaultLogin(new VaultToken(token), TimeSpan.FromSeconds(auth.LeaseDuration), auth.Renewable, since)
        : throw NoToken();

    private static VaultException NoToken() => new(VaultFailure.Failed, "Vault's answer to a login tells of no token.");
}
