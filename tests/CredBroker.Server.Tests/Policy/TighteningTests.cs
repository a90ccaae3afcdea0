using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Faults;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Policy;

/// <summary>Policies and templates change while leases live.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TighteningTests
{
    private const string PermitAll = """@id("all") permit (principal, action, resource);""";
    private const string ForbidOrders = PermitAll + """@id("stop") @reason("Orders are closed.") forbid (principal, action == Action::"read", resource == Template::"orders-api");""";

    private CrashBench _bench = null!;
    private BrokerProcess _broker = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await CrashBench.StartAsync();
        _bench.Site.Settings["Policies:PollInterval"] = "00:00:00.1";
        _bench.Site.Settings["Templates:PollInterval"] = "00:00:00.1";
        _bench.Site.Settings["Policies:TighteningDelay"] = "00:00:01";
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
    }

    [Test]
    public async Task Report_NoLongerPermitted_SaysSoAndLeavesIt()
    {
        _broker = await _bench.StartBrokerAsync();
        var task = await _broker.Calls.OpenAsync();
        var (orders, invoices) = ((await task.IssueAsync()).Lease.Id, (await task.IssueAsync("invoices-api")).Lease.Id);

        await ChangeAsync(ForbidOrders);

        var done = await UntilDoneAsync(line => Detail(line, "looked_at") == "2" && Detail(line, "not_permitted") != "0");
        Assert.Multiple(() =>
        {
            Assert.That((Detail(done, "mode"), Detail(done, "not_permitted"), Detail(done, "undecided"), Detail(done, "revoked")), Is.EqualTo(("report", "1", "0", "0")));
            Assert.That(Found(orders).Select(line => (Detail(line, "standing"), Detail(line, "follows"), (string?)line["message"])), Is.EqualTo(new[] { ("not_permitted", "nothing", "Orders are closed.") }));
            Assert.That(Detail(Found(orders).Single(), "policies"), Is.EqualTo("stop"));
            Assert.That(Found(invoices), Is.Empty);
        });
        Assert.That((await task.GetLeaseAsync(orders)).State, Is.EqualTo(LeaseState.Active));
        await Eventually.IsTrueAsync(
            async () => (await _broker.Calls.Governance.GetStatusAsync(new GetStatusRequest())).Components
                .Any(component => component.Name == "tightening" && component.Healthy && component.Detail.Contains("of 2 live leases 1 no longer permitted", StringComparison.Ordinal)),
            "the status tells");
    }

    [Test]
    public async Task Revoke_NoLongerPermitted_DiesAndTheRestLivesOn()
    {
        _bench.Site.Settings["Policies:Tightening"] = "Revoke";
        _broker = await _bench.StartBrokerAsync();
        var (task, other) = (await _broker.Calls.OpenAsync(), await _broker.Calls.OpenAsync());
        string[] orders = [(await task.IssueAsync()).Lease.Id, (await other.IssueAsync()).Lease.Id];
        var invoices = (await task.IssueAsync("invoices-api")).Lease.Id;

        await ChangeAsync(ForbidOrders);

        await task.UntilLeaseAsync(orders[0], LeaseState.Revoked, TimeSpan.FromSeconds(30));
        await other.UntilLeaseAsync(orders[1], LeaseState.Revoked, TimeSpan.FromSeconds(30));
        Assert.That((await task.GetLeaseAsync(orders[0])).EndReason, Is.EqualTo(V1.EndReason.NoLongerPermitted));
        await UntilDoneAsync(line => Detail(line, "revoked") == "2" && Detail(line, "looked_at") == "3");
        Assert.That((await task.GetLeaseAsync(invoices)).State, Is.EqualTo(LeaseState.Active));
    }

    [Test]
    public async Task Revoke_TemplateIsGone_ItsLeasesDie()
    {
        _bench.Site.Settings["Policies:Tightening"] = "Revoke";
        _broker = await _bench.StartBrokerAsync();
        var task = await _broker.Calls.OpenAsync();
        var (brief, orders) = ((await task.IssueAsync("orders-once")).Lease.Id, (await task.IssueAsync()).Lease.Id);

        var file = Path.Combine(_bench.Site.CatalogueFolder, "catalogue.yaml");
        var documents = (await File.ReadAllTextAsync(file)).Split("---\n").Where(document => !document.Contains("name: orders-once", StringComparison.Ordinal));
        await File.WriteAllTextAsync(file, string.Join("---\n", documents));

        await task.UntilLeaseAsync(brief, LeaseState.Revoked, TimeSpan.FromSeconds(30));
        Assert.That((await task.GetLeaseAsync(orders)).State, Is.EqualTo(LeaseState.Active));
    }

    [TestCase("""@id("sum") forbid (principal, action == Action::"read", resource) when { resource.risk_level + 9223372036854775807 > 0 };""", TestName = "Revoke_EvaluatorFails_NothingDies")]
    [TestCase("""@id("home") forbid (principal, action == Action::"read", resource) unless { context has source && context.source.isInRange(ip("127.0.0.0/8")) };""", TestName = "Revoke_HangsOnTheSource_NothingDies")]
    [TestCase("""@id("ask") @approval("owners") forbid (principal, action == Action::"read", resource) unless { context has approval };""", TestName = "Revoke_ApprovalIsMissing_NothingDies")]
    public async Task Revoke_Undecided_NothingDies(string policy)
    {
        _bench.Site.Settings["Policies:Tightening"] = "Revoke";
        _broker = await _bench.StartBrokerAsync();
        var task = await _broker.Calls.OpenAsync();
        var lease = (await task.IssueAsync()).Lease.Id;

        await ChangeAsync(PermitAll + policy);

        await UntilDoneAsync(line => Detail(line, "undecided") == "1" && Detail(line, "not_permitted") == "0");
        Assert.That(Found(lease).Select(line => (Detail(line, "standing"), Detail(line, "follows"))), Is.EqualTo(new[] { ("undecided", "nothing") }));
        Assert.That((await task.GetLeaseAsync(lease)).State, Is.EqualTo(LeaseState.Active));
    }

    [Test]
    public async Task Revoke_ChangedAgainBeforeItBegan_OnlyTheNewestCounts()
    {
        _bench.Site.Settings["Policies:Tightening"] = "Revoke";
        _bench.Site.Settings["Policies:TighteningDelay"] = "00:00:04";
        _broker = await _bench.StartBrokerAsync();
        var task = await _broker.Calls.OpenAsync();
        var lease = (await task.IssueAsync()).Lease.Id;

        await ChangeAsync(ForbidOrders);
        await ChangeAsync(PermitAll + """@id("others") forbid (principal, action == Action::"read", resource == Template::"invoices-api");""");

        await UntilDoneAsync(line => Detail(line, "looked_at") == "1" && Detail(line, "not_permitted") == "0");
        Assert.That((await task.GetLeaseAsync(lease)).State, Is.EqualTo(LeaseState.Active));
    }

    [TestCase("in-tightening"), TestCase("after-tightening-revoked")]
    public async Task Revoke_KilledOnTheWay_AnotherGoesOn(string fault)
    {
        _bench.Site.Settings["Policies:Tightening"] = "Revoke";
        _broker = await _bench.StartBrokerAsync(fault);
        var tasks = new List<(OpenedTask Task, string Lease)>();
        for (var i = 0; i < 40; i++)
        {
            var task = await _broker.Calls.OpenAsync();
            tasks.Add((task, (await task.IssueAsync()).Lease.Id));
        }

        await File.WriteAllTextAsync(PolicyFile, ForbidOrders);
        await Eventually.IsTrueAsync(() => _broker.HasExited, "it died on the way", TimeSpan.FromSeconds(60));
        var next = await _bench.StartBrokerAsync();

        foreach (var (task, lease) in tasks) await task.At(next).UntilLeaseAsync(lease, LeaseState.Revoked, TimeSpan.FromSeconds(60));
        var done = await UntilDoneAsync(line => Detail(line, "looked_at") == "40" && Detail(line, "not_permitted") != "0");
        Assert.That((Detail(done, "not_permitted"), Detail(done, "revoked")), Is.EqualTo(("40", "40")), "what the first one found is counted");
    }

    [Test]
    public async Task Report_ThenRevokeAfterARestart_IsHeldAnew()
    {
        _broker = await _bench.StartBrokerAsync();
        var task = await _broker.Calls.OpenAsync();
        var lease = (await task.IssueAsync()).Lease.Id;
        await ChangeAsync(ForbidOrders);
        await UntilDoneAsync(line => Detail(line, "not_permitted") == "1");
        await _broker.KillAsync();

        _bench.Site.Settings["Policies:Tightening"] = "Revoke";
        _broker = await _bench.StartBrokerAsync();

        await task.At(_broker).UntilLeaseAsync(lease, LeaseState.Revoked, TimeSpan.FromSeconds(30));
    }

    private string PolicyFile => Path.Combine(_bench.Site.PoliciesFolder, "all.cedar");

    private static string? Detail(JsonNode line, string name) => (string?)line["details"]?[name];

    private IEnumerable<JsonNode> Lines(string type) => _bench.Site.ReadAudit().Where(line => (string?)line["type"] == type);

    private IReadOnlyList<JsonNode> Found(string lease) => [.. Lines("lease_no_longer_permitted").Where(line => (string?)line["lease"] == lease)];

    private async Task ChangeAsync(string policies)
    {
        var loaded = Lines("policies_loaded").Count();
        await File.WriteAllTextAsync(PolicyFile, policies);
        await Eventually.IsTrueAsync(() => Lines("policies_loaded").Count() > loaded, "the new set is in force", TimeSpan.FromSeconds(30));
    }

    private async Task<JsonNode> UntilDoneAsync(Func<JsonNode, bool> isIt)
    {
        JsonNode? found = null;
        await Eventually.IsTrueAsync(() => (found = Lines("tightening_done").FirstOrDefault(isIt)) is not null, "the pass is through", TimeSpan.FromSeconds(60));
        return found!;
    }
}
