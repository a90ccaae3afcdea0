using System.Globalization;
using CredBroker.Server.Tests.Faults;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>A store, a Vault that is set up for a broker, and brokers on both. Waits are short, so that a test takes seconds.</summary>
internal sealed class VaultBench : IAsyncDisposable
{
    public const string MainCluster = "main";
    public const string SecondCluster = "second";
    public const string Team = "team-a";

    private readonly OwnStore _store;
    private readonly List<BrokerProcess> _brokers = [];
    private readonly string _mark = Guid.NewGuid().ToString("n");

    private VaultBench(OwnStore store, VaultDouble vault)
    {
        _store = store;
        Vault = vault;
        Root = new VaultClient(vault.Address, vault.RootToken);
        File.WriteAllText(Path.Combine(Site.CatalogueFolder, VaultCatalogue.File), VaultCatalogue.Text);
        Site.Settings["Storage:Redis:IntentLife"] = IntentLife.ToString("c");
        Site.Settings["Revocation:AttemptTimeout"] = "00:00:05";
        Site.Settings["Revocation:Visibility"] = "00:00:06";
        Site.Settings["Revocation:BreakFor"] = "00:00:00.5";
    }

    /// <summary>How long after its handle a lease's credential may still come into being.</summary>
    public static TimeSpan IntentLife { get; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the broker waits for one answer of Vault.</summary>
    public static TimeSpan CallTimeout { get; } = TimeSpan.FromSeconds(1);

    public VaultDouble Vault { get; }

    /// <summary>Speaks to the Vault as its operators do.</summary>
    public VaultClient Root { get; }

    /// <summary>What they have set up for the broker.</summary>
    public BrokerInVault SetUp { get; private set; } = null!;

    public BrokerSite Site => _store.Site;

    /// <summary>Whether no account, no child token and no lease of ours stands at Vault.</summary>
    public bool IsVaultEmpty => Vault.Accounts.Names.Count == 0 && Vault.Leases.Count == 0 && ChildTokens.Count == 0;

    /// <summary>Starts a store and a Vault with one cluster's settings; no broker yet.</summary>
    public static async Task<VaultBench> StartAsync(VaultDoubleSettings? settings = null, string loginTtl = "1h", string loginMaxTtl = "24h")
    {
        var store = await OwnStore.StartAsync();
        var bench = new VaultBench(store, await VaultDouble.StartAsync(settings));
        if (settings?.Certificate is null)
        {
            bench.SetUp = await BrokerInVault.SetUpAsync(bench.Root, loginTtl, loginMaxTtl);
            bench.AddCluster(0, MainCluster, bench.Vault, bench.SetUp);
        }

        return bench;
    }

    /// <summary>Tells brokers of a cluster; those that run have to be started anew.</summary>
    public void AddCluster(int number, string name, VaultDouble vault, BrokerInVault setUp)
    {
        var secretId = Site.FileOf($"secret-id-{name}");
        File.WriteAllText(secretId, setUp.SecretId);
        var settings = new Dictionary<string, string>
        {
            ["Name"] = name,
            ["Address"] = vault.Address,
            ["Login"] = "AppRole",
            ["RoleId"] = setUp.RoleId,
            ["SecretIdFile"] = secretId,
            ["CallTimeout"] = CallTimeout.ToString("c"),
            ["CascadeTime"] = "00:00:00.2",
            // What one test breaks must not be broken for the next.
            ["FailuresBeforeBreak"] = "1000",
            ["BreakFor"] = "00:00:00.5",
        };
        foreach (var (setting, value) in settings) Set(number, setting, value);
    }

    /// <summary>A setting of a cluster.</summary>
    public void Set(int cluster, string setting, string? value)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"Backends:Vault:Clusters:{cluster}:{setting}");
        if (value is null) Site.Settings.Remove(key);
        else Site.Settings[key] = value;
    }

    /// <summary>Adds templates.</summary>
    public void AddTemplates(params string[] templates) =>
        File.WriteAllText(Path.Combine(Site.CatalogueFolder, $"more-{Guid.NewGuid():n}.yaml"), string.Join("\n---\n", templates));

    /// <summary>Starts a broker that dies at a point; at none where none is named.</summary>
    public async Task<BrokerProcess> StartBrokerAsync(string? fault = null)
    {
        var broker = fault is null
            ? await BrokerProcess.StartAsync(Site)
            : await BrokerProcess.StartAsync(Site, "CredBroker.TestHost.dll", new Dictionary<string, string> { ["CREDBROKER_FAULT"] = fault });
        _brokers.Add(broker);
        return broker;
    }

    /// <summary>Tokens that brokers have made for leases, and that stand.</summary>
    public IReadOnlyList<VaultTokenView> ChildTokens =>
        [.. Vault.Tokens.Where(token => token.Path.StartsWith($"auth/token/create/{BrokerInVault.TokenRole}", StringComparison.Ordinal))];

    /// <summary>Has the accounts made in a real database, by the statements that the documentation recommends.</summary>
    public async Task UsePostgresAsync(PostgresServerProcess postgres)
    {
        await Root.PutAsync("database/config/orders", new
        {
            plugin_name = "postgresql-database-plugin",
            connection_url = postgres.VaultConnectionUrl,
            allowed_roles = "*",
            username = PostgresServerProcess.Administrator,
            password = postgres.Password,
        });
        await Root.PutAsync("database/roles/orders", new
        {
            db_name = "orders",
            default_ttl = "1h",
            max_ttl = "2h",
            creation_statements = $$$"""CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'; COMMENT ON ROLE "{{name}}" IS '{{{_mark}}}';""",
            revocation_statements = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}'; DROP ROLE IF EXISTS "{{name}}";""",
        });
    }

    /// <summary>The roles of that database that this Vault has made and not dropped.</summary>
    public async Task<IReadOnlyList<string>> PostgresRolesAsync(PostgresServerProcess postgres)
    {
        var names = await postgres.QueryAsync($"SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = '{_mark}'");
        return names.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Takes everything from the store, as no failover would.</summary>
    public Task EmptyStoreAsync() => _store.Redis.CommandAsync("FLUSHALL");

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _brokers) await broker.DisposeAsync();
        Root.Dispose();
        await Vault.DisposeAsync();
        await _store.DisposeAsync();
    }
}
