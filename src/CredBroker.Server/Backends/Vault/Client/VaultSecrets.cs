using System.Text.Json.Nodes;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>Secrets engines over HTTP.</summary>
internal sealed class VaultSecrets(VaultChannel channel) : IVaultSecrets
{
    public Task<VaultBody> ReadAsync(string mount, string path, VaultToken token, CancellationToken cancellationToken) =>
        channel.SendAsync(new VaultCall(HttpMethod.Get, $"{mount}/{path}") { Token = token, Lane = LaneOf(mount) }, cancellationToken);

    public Task<VaultBody> WriteAsync(string mount, string path, JsonObject body, VaultToken token, CancellationToken cancellationToken) =>
        channel.SendAsync(new VaultCall(HttpMethod.Post, $"{mount}/{path}") { Token = token, Body = body, Lane = LaneOf(mount) }, cancellationToken);

    public Task<VaultBody> WriteAsync(string path, JsonObject body, CancellationToken cancellationToken) =>
        channel.SendAsBrokerAsync(new VaultCall(HttpMethod.Post, path) { Body = body, Lane = LaneOf(path.Split('/', 2)[0]) }, cancellationToken);

    public async Task<VaultBody?> ReadRoleAsync(string mount, string role, CancellationToken cancellationToken)
    {
        try
        {
            return await channel.SendAsBrokerAsync(
                new VaultCall(HttpMethod.Get, $"{mount}/roles/{role}") { IsSafe = true, Lane = LaneOf(mount) }, cancellationToken);
        }
        catch (VaultException fault) when (fault.Failure is VaultFailure.Denied or VaultFailure.Refused)
        {
            return null;
        }
    }

    private static string LaneOf(string mount) => $"mount:{mount}";
}
