using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Leases;

namespace CredBroker.Testing.Vault.Engines;

/// <summary>An engine that makes an account for each request: databases, clouds, message brokers.</summary>
/// <param name="nameField">What it calls the account's name, such as <c>username</c> or <c>access_key</c>.</param>
/// <param name="secretField">What it calls the account's secret.</param>
/// <param name="fallback">Where accounts are made that no connection is configured for.</param>
/// <param name="settings">The double's settings.</param>
internal sealed class DynamicEngine(string nameField, string secretField, IVaultAccounts fallback, VaultDoubleSettings settings) : ISecretEngine
{
    private const string Postgres = "postgresql-database-plugin";
    private readonly ConcurrentDictionary<string, DynamicRole> _roles = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IVaultAccounts> _connections = new(StringComparer.Ordinal);

    public async Task<EngineReply> AnswerAsync(VaultRequest request)
    {
        switch (request.Method, request.Path.Split('/'))
        {
            case ("POST", ["config", var name, ..]):
                _connections[name] = request.Text("plugin_name") == Postgres
                    ? new PostgresAccounts(request.Required("connection_url"), request.Text("username"), request.Text("password"))
                    : fallback;
                return EngineReply.Done;
            case ("POST", ["roles", var name]):
                _roles[name] = DynamicRole.Of(name, request);
                return EngineReply.Done;
            case ("POST", ["rotate-role", _]):
                // A static role's password would be another now; who asked for it is among the calls.
                return EngineReply.Done;
            case ("GET", ["roles", var name]):
                return Describe(_roles.TryGetValue(name, out var known) ? known : throw VaultRefusal.NotFound());
            case ("GET", ["creds", var name]):
                return await MakeAsync(_roles.TryGetValue(name, out var role) ? role : throw VaultRefusal.BadRequest($"unknown role: {name}"));
            default:
                throw VaultRefusal.NotFound();
        }
    }

    public Task RenewAsync(LeaseEntry lease, DateTimeOffset expiresAt)
    {
        var (account, role) = Of(lease);
        return AccountsOf(role).RenewAsync(account, expiresAt, role.Renewal);
    }

    public Task RevokeAsync(LeaseEntry lease)
    {
        var (account, role) = Of(lease);
        return AccountsOf(role).DropAsync(account, role.Revocation);
    }

    private async Task<EngineReply> MakeAsync(DynamicRole role)
    {
        var now = settings.Time.GetUtcNow();
        var ttl = role.DefaultTtl ?? settings.DefaultLeaseTtl;
        if (role.MaxTtl < ttl) ttl = role.MaxTtl.Value;
        // As Vault names them; the last part keeps two of one second apart.
        var account = new VaultAccount($"v-token-{role.Name}-{VaultSecretText.Random(20)}-{now.ToUnixTimeSeconds()}", VaultSecretText.Random(), now + ttl);
        await AccountsOf(role).CreateAsync(account, role.Creation);
        return new EngineReply(
            new JsonObject { [nameField] = account.Name, [secretField] = account.Password },
            new SecretTerms(role.DefaultTtl, role.MaxTtl, Renewable: true, new JsonObject { ["account"] = account.Name, ["role"] = role.Name }));
    }

    private (string Account, DynamicRole Role) Of(LeaseEntry lease)
    {
        var name = (string)lease.Terms.Inner["role"]!;
        return ((string)lease.Terms.Inner["account"]!, _roles.GetValueOrDefault(name) ?? new DynamicRole(name, null, null));
    }

    private IVaultAccounts AccountsOf(DynamicRole role) => _connections.GetValueOrDefault(role.Connection, fallback);

    private static EngineReply Describe(DynamicRole role) => new(new JsonObject
    {
        ["db_name"] = role.Connection,
        ["default_ttl"] = (long)(role.DefaultTtl ?? TimeSpan.Zero).TotalSeconds,
        ["max_ttl"] = (long)(role.MaxTtl ?? TimeSpan.Zero).TotalSeconds,
        ["creation_statements"] = Texts(role.Creation),
        ["revocation_statements"] = Texts(role.Revocation),
        ["renew_statements"] = Texts(role.Renewal),
    });

    private static JsonArray Texts(IReadOnlyList<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];
}
