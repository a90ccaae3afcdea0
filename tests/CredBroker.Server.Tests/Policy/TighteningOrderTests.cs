using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Server.Tests.Faults;
using CredBroker.Server.Tests.Revocation;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Policy;

/// <summary>Operators look at what policies no longer permit, and have it revoked, where the broker by itself only reports.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TighteningOrderTests
{
    private const string PermitAll = """@id("all") permit (principal, action, resource);""";
    private const string ForbidOrders = PermitAll + """@id("stop") forbid (principal, action == Action::"read", resource == Template::"orders-api");""";

    private CrashBench _bench = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await CrashBench.StartAsync();
        _bench.Site.Settings["Policies:PollInterval"] = "00:00:00.1";
        _bench.Site.Settings["Policies:TighteningDelay"] = "00:00:01";
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
    }

    [Test]
    public async Task Apply_WhatWasPreviewed_DiesAndTheRestLivesOn()
    {
        var broker = await _bench.StartBrokerAsync();
        var (admin, responder) = (new Responder(_bench.Site, broker, "platform-admin"), new Responder(_bench.Site, broker));
        var task = await broker.Calls.OpenAsync();
        var (orders, invoices) = ((await task.IssueAsync()).Lease.Id, (await task.IssueAsync("invoices-api")).Lease.Id);
        Assert.That((await PreviewAsync(broker, admin)).NotPermitted.Total, Is.Zero);

        await ChangeAsync(broker, admin, ForbidOrders);
        var preview = await PreviewAsync(broker, admin);

        Assert.Multiple(() =>
        {
            Assert.That((preview.LookedAt, preview.NotPermitted.Total, preview.Undecided), Is.EqualTo((2L, 1L, 0L)));
            Assert.That(preview.NotPermitted.ByTemplate, Is.EqualTo(new Dictionary<string, long> { ["orders-api"] = 1 }));
            Assert.That(preview.NotPermitted.ByWorkload.Single().Value, Is.EqualTo(1));
            Assert.That(preview.NotPermitted.SampleLeaseIds, Is.EqualTo(new[] { orders }));
        });
        Assert.That((await task.GetLeaseAsync(orders)).State, Is.EqualTo(LeaseState.Active), "looking does nothing");
        await Refused.WithAsync(
            StatusCode.PermissionDenied, "OPERATOR_ROLE_REQUIRED", async () => await broker.Calls.Governance.ApplyTighteningAsync(Order(preview), responder.Auth));

        await ApplyAsync(broker, preview, admin);

        await task.UntilLeaseAsync(orders, LeaseState.Revoked, TimeSpan.FromSeconds(30));
        Assert.That((await task.GetLeaseAsync(orders)).EndReason, Is.EqualTo(V1.EndReason.NoLongerPermitted));
        Assert.That((await task.GetLeaseAsync(invoices)).State, Is.EqualTo(LeaseState.Active));
        var ordered = Lines("tightening_ordered").Single();
        Assert.That(((string?)ordered["message"], Detail(ordered, "version"), Detail(ordered, "previewed")), Is.EqualTo(("drill", preview.Version, "1")));
        await Eventually.IsTrueAsync(
            () => Lines("tightening_done").Any(line => Detail(line, "revoked") == "1" && Detail(line, "ordered_by") == "development/platform-admin"), "it is on record", TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task Apply_BadlyAskedFor_RefusedAndNothingDies()
    {
        var broker = await _bench.StartBrokerAsync();
        var (admin, responder) = (new Responder(_bench.Site, broker, "platform-admin"), new Responder(_bench.Site, broker));
        var task = await broker.Calls.OpenAsync();
        var lease = (await task.IssueAsync()).Lease.Id;
        for (var i = 0; i < 100; i++) await task.IssueAsync();
        await ChangeAsync(broker, responder, ForbidOrders);
        var preview = await PreviewAsync(broker, responder);
        Assert.That(preview.NotPermitted.Total, Is.EqualTo(101));

        await InvalidAsync(broker, Order(preview), admin, "somebody else has seen it");
        preview = await PreviewAsync(broker, admin);
        await InvalidAsync(broker, Order(preview, reason: " "), admin, "no reason");
        await InvalidAsync(broker, Order(preview, count: 100), admin, "another count");
        await InvalidAsync(broker, Order(preview, count: 0), admin, "no count");
        await InvalidAsync(broker, Order(preview, version: "0123456789abcdef.0123456789abcdef"), admin, "another set");
        await ChangeAsync(broker, admin, ForbidOrders + """@id("more") forbid (principal, action == Action::"write", resource);""");
        await InvalidAsync(broker, Order(preview), admin, "the set has changed");

        Assert.That(Lines("tightening_ordered"), Is.Empty);
        Assert.That((await task.GetLeaseAsync(lease)).State, Is.EqualTo(LeaseState.Active));
    }

    [Test]
    public async Task Apply_KilledOnTheWay_AnotherGoesOnAsOrdered()
    {
        var broker = await _bench.StartBrokerAsync();
        var tasks = new List<(OpenedTask Task, string Lease)>();
        for (var i = 0; i < 20; i++)
        {
            var task = await broker.Calls.OpenAsync();
            tasks.Add((task, (await task.IssueAsync()).Lease.Id));
        }

        await ChangeAsync(broker, new Responder(_bench.Site, broker), ForbidOrders);
        await Eventually.IsTrueAsync(() => Lines("tightening_done").Any(line => Detail(line, "not_permitted") == "20"), "it is reported", TimeSpan.FromSeconds(30));
        await broker.KillAsync();
        var dying = await _bench.StartBrokerAsync("in-tightening");
        var admin = new Responder(_bench.Site, dying, "platform-admin");
        await ApplyAsync(dying, await PreviewAsync(dying, admin), admin);
        await Eventually.IsTrueAsync(() => dying.HasExited, "it died on the way", TimeSpan.FromSeconds(60));

        var next = await _bench.StartBrokerAsync();

        foreach (var (task, lease) in tasks) await task.At(next).UntilLeaseAsync(lease, LeaseState.Revoked, TimeSpan.FromSeconds(60));
        await Eventually.IsTrueAsync(() => Lines("tightening_done").Any(line => Detail(line, "revoked") == "20"), "what the first one revoked is counted", TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task Apply_NewerSetOnTheWay_IsCutShortAndThatIsOnRecord()
    {
        _bench.Site.Settings["Policies:TighteningDelay"] = "00:30:00";
        var broker = await _bench.StartBrokerAsync();
        var admin = new Responder(_bench.Site, broker, "platform-admin");
        var task = await broker.Calls.OpenAsync();
        var lease = (await task.IssueAsync()).Lease.Id;
        await ChangeAsync(broker, admin, ForbidOrders);
        var preview = await PreviewAsync(broker, admin);
        await ApplyAsync(broker, preview, admin);

        await ChangeAsync(broker, admin, PermitAll);

        await Eventually.IsTrueAsync(() => Lines("tightening_cut_short").Any(), "it is on record", TimeSpan.FromSeconds(30));
        var line = Lines("tightening_cut_short").Single();
        Assert.That(
            (Detail(line, "version"), Detail(line, "ordered_by"), Detail(line, "revoked")), Is.EqualTo((preview.Version, "development/platform-admin", "0")));
        Assert.That((await task.GetLeaseAsync(lease)).State, Is.EqualTo(LeaseState.Active));
    }

    private static async Task<PreviewTighteningResponse> PreviewAsync(BrokerProcess broker, Responder operators) =>
        await broker.Calls.Governance.PreviewTighteningAsync(new PreviewTighteningRequest(), operators.Auth);

    /// <summary>Orders it, as soon as leases are no longer held against the set before.</summary>
    private static Task ApplyAsync(BrokerProcess broker, PreviewTighteningResponse preview, Responder admin) => Eventually.IsTrueAsync(
        async () =>
        {
            try
            {
                await broker.Calls.Governance.ApplyTighteningAsync(Order(preview), admin.Auth);
                return true;
            }
            catch (RpcException refusal) when (refusal.StatusCode == StatusCode.Aborted)
            {
                return false;
            }
        }, "it is ordered", TimeSpan.FromSeconds(30));

    private static ApplyTighteningRequest Order(PreviewTighteningResponse preview, string? version = null, string reason = "drill", long? count = null) =>
        new() { Version = version ?? preview.Version, Reason = reason, ConfirmCount = count ?? preview.NotPermitted.Total };

    private static async Task InvalidAsync(BrokerProcess broker, ApplyTighteningRequest request, Responder operators, string why)
    {
        TestContext.Out.WriteLine(why);
        await Refused.WithAsync(
            StatusCode.InvalidArgument, "INVALID_REQUEST", async () => await broker.Calls.Governance.ApplyTighteningAsync(request, operators.Auth));
    }

    private static string? Detail(JsonNode line, string name) => (string?)line["details"]?[name];

    private IEnumerable<JsonNode> Lines(string type) => _bench.Site.ReadAudit().Where(line => (string?)line["type"] == type);

    /// <summary>Changes the policies; returns once the broker decides by them: that they are loaded is on record a moment earlier.</summary>
    private async Task ChangeAsync(BrokerProcess broker, Responder operators, string policies)
    {
        var before = (await PreviewAsync(broker, operators)).Version;
        await File.WriteAllTextAsync(Path.Combine(_bench.Site.PoliciesFolder, "all.cedar"), policies);
        await Eventually.IsTrueAsync(async () => await VersionAsync(broker, operators) is { } version && version != before, "the new set is in force", TimeSpan.FromSeconds(60));
    }

    private static async Task<string?> VersionAsync(BrokerProcess broker, Responder operators)
    {
        try
        {
            return (await PreviewAsync(broker, operators)).Version;
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.Aborted)
        {
            return null;
        }
    }
}
