using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Server.Tests.Faults;
using CredBroker.Server.Tests.Revocation;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Grpc.Core;

namespace CredBroker.Server.Tests.Containment;

/// <summary>The broker dies in the middle of a quarantine; the next one completes it, without anybody asking.</summary>
[TestFixture, Category("Fault"), Parallelizable(ParallelScope.Self)]
internal sealed class KilledQuarantineTests
{
    private CrashBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await CrashBench.StartAsync();

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
    }

    [TestCase("after-quarantine"), TestCase("before-quarantine-settled")]
    public async Task KilledBetweenCountAndFence_NextBrokerCompletesIt(string fault)
    {
        var broker = await _bench.StartBrokerAsync(fault);
        var task = await broker.Calls.OpenAsync();
        var lease = (await task.IssueAsync()).Lease.Id;
        for (var i = 0; i < 5; i++) await TryAsync(task);
        await Eventually.IsTrueAsync(() => broker.HasExited, "the broker is dead");

        var next = await _bench.StartBrokerAsync();
        task = task.At(next);

        await TryAsync(task);
        await Refused.WithAsync(StatusCode.PermissionDenied, "QUARANTINED", () => task.IssueAsync());
        await task.UntilLeaseAsync(lease, LeaseState.Revoked, TimeSpan.FromSeconds(30));
        await Eventually.IsTrueAsync(
            () => _bench.Site.ReadAudit().Any(line => (string?)line["type"] == "task_quarantined" && (string?)line["task"] == task.Id), "it is on record", TimeSpan.FromSeconds(30));
    }

    [TestCase("after-workload-quarantine"), TestCase("before-quarantine-settled")]
    public async Task KilledBetweenCountAndFence_OfAWorkload_NextBrokerCompletesIt(string fault)
    {
        var file = Path.Combine(_bench.Site.CatalogueFolder, "catalogue.yaml");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file))
            .Replace("subject: \"spiffe://acme.test/agent/*\"", "subject: \"spiffe://acme.test/agent/alone\"", StringComparison.Ordinal)
            .Replace("kind: agent, heartbeat: { min: 5s", "kind: agent, containment: quarantine, heartbeat: { min: 5s", StringComparison.Ordinal));
        _bench.Site.Settings["Containment:RefusalsPerTask"] = "0";
        _bench.Site.Settings["Containment:RefusalsPerWorkload"] = "3";
        var broker = await _bench.StartBrokerAsync(fault);
        const string workload = "agent/alone";
        var (task, other) = (await broker.Calls.OpenAsync(workload), await broker.Calls.OpenAsync(workload));
        var lease = (await other.IssueAsync()).Lease.Id;
        for (var i = 0; i < 3; i++) await TryAsync(task);
        await Eventually.IsTrueAsync(() => broker.HasExited, "the broker is dead");

        var next = await _bench.StartBrokerAsync();

        await TryAsync(task.At(next));
        await Refused.WithAsync(StatusCode.PermissionDenied, "QUARANTINED", () => other.At(next).IssueAsync());
        await other.At(next).UntilLeaseAsync(lease, LeaseState.Revoked, TimeSpan.FromSeconds(30));
        await Eventually.IsTrueAsync(
            () => _bench.Site.ReadAudit().Any(line => (string?)line["type"] == "workload_quarantined"), "it is on record", TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task KilledWhileReleasing_NextBrokerReleases()
    {
        var broker = await _bench.StartBrokerAsync("before-quarantine-removed");
        var task = await broker.Calls.OpenAsync();
        for (var i = 0; i < 5; i++) await TryAsync(task);
        var responder = new Responder(_bench.Site, broker);
        var order = (await responder.Calls.ListQuarantinesAsync(new ListQuarantinesRequest(), responder.Auth)).Quarantines.Single().OrderId;
        await responder.UntilAsync(order, one => one.State == RevocationOrder.Types.State.Done);
        var release = new ReleaseQuarantineRequest { TaskId = task.Id, Reason = "contained" };
        Assert.That(async () => await responder.Calls.ReleaseQuarantineAsync(release, responder.Auth), Throws.TypeOf<RpcException>());

        var next = await _bench.StartBrokerAsync();
        var again = new Responder(_bench.Site, next);
        await Eventually.IsTrueAsync(
            async () => (await again.Calls.ListQuarantinesAsync(new ListQuarantinesRequest(), again.Auth)).Quarantines.Count == 0, "it is released", TimeSpan.FromSeconds(30));

        Assert.That(_bench.Site.ReadAudit().Count(line => (string?)line["type"] == "quarantine_release_allowed"), Is.EqualTo(1));
        Assert.That((await task.At(next).IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
        await TryAsync(task.At(next));
        Assert.That((await task.At(next).IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
    }

    private static async Task TryAsync(OpenedTask task)
    {
        try
        {
            await task.IssueAsync(new IssueRequest { Template = "orders-brief", Capabilities = { Capability.Write } });
        }
        catch (RpcException)
        {
            // It is refused, or the broker died over it.
        }
    }
}
