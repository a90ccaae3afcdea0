using CredBroker.Leases;
using CredBroker.Server.Backends.Vault;
using CredBroker.Templates;
using CredBroker.Templates.Vault;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>What the broker looks at by itself: how a cluster is, whether its roles fit, and which tokens no lease accounts for.</summary>
[TestFixture, Category("Server")]
internal sealed class VaultUpkeepTests
{
    private static readonly VaultTemplateBackend Orders = new("database", new VaultDynamicEngine("orders"));
    private VaultAdapter _adapter = null!;

    [SetUp]
    public async Task StartAsync() => _adapter = await VaultAdapter.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _adapter.DisposeAsync();

    [TestCase(200, true, "")]
    [TestCase(429, true, "")]
    [TestCase(472, true, "")]
    [TestCase(473, true, "")]
    [TestCase(501, false, "It is not initialised.")]
    [TestCase(503, false, "It is sealed.")]
    [TestCase(418, false, "It answers with 418.")]
    public async Task Health_OfACluster_IsItsOwnWord(int status, bool isHealthy, string detail)
    {
        await _adapter.Cluster.Session.KeepAsync(CancellationToken.None);
        _adapter.Vault.HealthStatus = status;

        Assert.That(await ReadHealthAsync(), Is.EqualTo(("vault:main", isHealthy, detail)));
    }

    [Test]
    public async Task Health_NotLoggedIn_IsNotWell() =>
        Assert.That(await ReadHealthAsync(), Is.EqualTo(("vault:main", false, "The broker is not logged in to it.")));

    [Test]
    public async Task Health_Gone_IsNotWellAndTheBrokerIsReadyAllTheSame()
    {
        await _adapter.Vault.GoDownAsync();

        Assert.That(await ReadHealthAsync(), Is.EqualTo(("vault:main", false, "It does not answer.")));
        Assert.That(_adapter.Of<VaultHealth>().Read().Single().IsVital, Is.False);
    }

    [TestCase("15m", "")]
    [TestCase("10m", "")]
    [TestCase("2h", "lets secrets live up to 02:00:00, the template 00:15:00")]
    [TestCase("0", "has no max_ttl of its own")]
    public async Task RoleCheck_MaxTtlOfTheRole_WarnsWhereItIsLonger(string maxTtl, string warning)
    {
        await _adapter.Broker.PutRoleAsync("orders", ttl: "5m", maxTtl: maxTtl);

        await CheckAsync(VaultAdapter.Template(Orders));

        if (warning.Length > 0) Assert.That(_adapter.Log, Does.Contain("Warning Template orders-db").And.Contain(warning));
        else Assert.That(_adapter.Log, Does.Not.Contain("Warning"));
    }

    [Test]
    public async Task RoleCheck_TokenRoleMakesNoOrphans_Error()
    {
        await _adapter.Broker.PutTokenRoleAsync(orphan: false);

        await CheckAsync(VaultAdapter.Template(Orders));

        Assert.That(_adapter.Log, Does.Contain("Error The token role credbroker of Vault main makes no orphans"));
    }

    [Test]
    public async Task RoleCheck_MayNotRead_SaysSoAndNoMore()
    {
        await CheckAsync(VaultAdapter.Template(Orders with { TokenRole = "unknown", Mount = "nowhere" }));

        Assert.That(_adapter.Log, Does.Contain("could not be read").And.Not.Contain("Warning").And.Not.Contain("Error"));
    }

    [Test]
    public async Task Reconcile_YoungToken_MayBeOfALeaseThatIsBeingMade()
    {
        await AllowListingAsync();
        await IssueLongAsync();
        _adapter.Time.Advance(VaultReconciliation.Young - TimeSpan.FromMinutes(1));

        Assert.That(await ReconcileAsync(), Is.Zero);
        Assert.That(Children(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Reconcile_OldTokenOfNoLease_RevokedAndTheOthersAreNot()
    {
        await AllowListingAsync();
        var issued = new List<Lease>();
        for (var i = 0; i < 4; i++) issued.Add(await IssueLongAsync());
        _adapter.Leases.Put(issued[1]);
        _adapter.Leases.Put(issued[2] with { State = LeaseState.Revoking });
        _adapter.Leases.Put(issued[3] with { State = LeaseState.Revoked });
        _adapter.Time.Advance(VaultReconciliation.Young);

        Assert.That(await ReconcileAsync(), Is.EqualTo(2));

        Assert.That(Children(), Is.EquivalentTo(new[] { issued[1].Id.Value, issued[2].Id.Value }));
        Assert.That(_adapter.Log, Does.Contain($"had a token of {issued[0].Id.Value}, which no lease accounts for"));
    }

    [Test]
    public async Task Reconcile_StoreAway_NothingIsTakenForLost()
    {
        await AllowListingAsync();
        await IssueLongAsync();
        _adapter.Leases.IsAway = true;
        _adapter.Time.Advance(VaultReconciliation.Young);

        await Assert.ThrowsAsync<RefusedException>(ReconcileAsync);

        Assert.That(Children(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Reconcile_TokenOfAnotherBroker_LeftAlone()
    {
        await AllowListingAsync();
        var id = LeaseId.New(1, _adapter.Time.GetUtcNow()).Value;
        await _adapter.Root.PutAsync("auth/token/create/credbroker", new { ttl = "2h", meta = new { credbroker_lease = id, credbroker_issuer = "https://other.acme.test" } });
        _adapter.Time.Advance(VaultReconciliation.Young);

        Assert.That(await ReconcileAsync(), Is.Zero);
        Assert.That(Children(), Is.EqualTo(new[] { id }));
    }

    private async Task<Lease> IssueLongAsync()
    {
        var template = VaultAdapter.Template(Orders) with { DefaultTtl = TimeSpan.FromHours(1), MaxTtl = TimeSpan.FromHours(1) };
        var lease = _adapter.Lease(template);
        var reservation = await _adapter.Backend.ReserveAsync(lease, template, CancellationToken.None);
        return lease with { State = LeaseState.Active, BackendHandle = reservation.Handle };
    }

    private async Task AllowListingAsync()
    {
        await _adapter.Root.PutAsync($"sys/policies/acl/{BrokerInVault.BrokerPolicy}", new
        {
            policy = BrokerInVault.Policy + "\npath \"auth/token/accessors\" { capabilities = [\"list\", \"sudo\"] }\npath \"auth/token/accessors/\" { capabilities = [\"list\", \"sudo\"] }\n",
        });
    }

    private async Task<int> ReconcileAsync()
    {
        using var clock = TimeProvider.System.CreateTimer(
            _ => _adapter.Time.Advance(TimeSpan.FromMilliseconds(10)), null, TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(2));
        return await _adapter.Of<VaultReconciliation>().RunAsync(_adapter.Cluster, CancellationToken.None);
    }

    private List<string> Children() =>
        [.. _adapter.Vault.Tokens.Where(token => token.Meta.ContainsKey("credbroker_lease")).Select(token => token.Meta["credbroker_lease"])];

    private Task CheckAsync(Template template) => _adapter.Of<VaultRoleCheck>().CheckAsync(template, CancellationToken.None);

    private async Task<(string Name, bool IsHealthy, string Detail)> ReadHealthAsync()
    {
        await _adapter.Of<VaultHealth>().RefreshAsync(CancellationToken.None);
        var component = _adapter.Of<VaultHealth>().Read().Single();
        return (component.Name, component.IsHealthy, component.Detail);
    }
}
