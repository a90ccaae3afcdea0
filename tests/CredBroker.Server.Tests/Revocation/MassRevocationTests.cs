using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Broker;
using Grpc.Core;

namespace CredBroker.Server.Tests.Revocation;

/// <summary>Mass revocation as a responder meets it, on a broker whose fences disturb nobody else.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class MassRevocationTests
{
    private BrokerSite _site = null!;
    private BrokerProcess _broker = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var redis = await SharedBroker.GetRedisAsync();
        _site = new BrokerSite($"{redis.ConnectionString},defaultDatabase=5");
        _broker = await BrokerProcess.StartAsync(_site);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _site?.Dispose();
    }

    [Test]
    public async Task Revoke_LeasesOfOneWorkload_KillsThemAndFencesUntilLifted()
    {
        var workload = BrokerCalls.SomeAgent();
        var hit = await _broker.Calls.OpenAsync(workload);
        var spared = await _broker.Calls.OpenAsync();
        var leases = new[] { await hit.IssueAsync(), await hit.IssueAsync() };
        var other = await spared.IssueAsync();
        var responder = new Responder(_site, _broker);
        var selector = new LeaseSelector { Workload = $"spiffe://acme.test/{workload}" };

        var radius = await responder.PreviewAsync(selector);
        var done = await responder.WatchAsync((await responder.RevokeAsync(0, selector)).Id);

        Assert.That(radius.Total, Is.EqualTo(2L));
        Assert.That(done, Has.Property("State").EqualTo(RevocationOrder.Types.State.Done).And.Property("Dead").EqualTo(2L));
        foreach (var lease in leases)
        {
            var seen = await hit.GetLeaseAsync(lease.Lease.Id);
            Assert.That((seen.State, seen.EndReason), Is.EqualTo((LeaseState.Revoked, Protocol.V1.EndReason.Operator)));
        }

        Assert.That((await spared.GetLeaseAsync(other.Lease.Id)).State, Is.EqualTo(LeaseState.Active));
        await Refused.WithAsync(StatusCode.FailedPrecondition, "FENCED", () => hit.IssueAsync());
        await spared.IssueAsync();

        var admin = new Responder(_site, _broker, "platform-admin");
        var lifted = await admin.Calls.LiftFenceAsync(new LiftFenceRequest { FenceId = done.FenceId, Reason = "over" }, admin.Auth);
        Assert.That(lifted.PendingSecond, Is.False);
        await hit.IssueAsync();
        Assert.That((await hit.GetLeaseAsync(leases[0].Lease.Id)).State, Is.EqualTo(LeaseState.Revoked));
    }

    [Test]
    public async Task Revoke_WhileOthersIssue_LeavesNothingAlive()
    {
        var workload = BrokerCalls.SomeAgent();
        var task = await _broker.Calls.OpenAsync(workload);
        var responder = new Responder(_site, _broker);
        var selector = new LeaseSelector { Workload = $"spiffe://acme.test/{workload}" };
        for (var i = 0; i < 20; i++) await task.IssueAsync();
        await responder.PreviewAsync(selector);

        var racing = Enumerable.Range(0, 8).Select(_ => IssueUntilFencedAsync(task)).ToList();
        var done = await responder.WatchAsync((await responder.RevokeAsync(0, selector)).Id);
        var late = (await Task.WhenAll(racing)).Sum();

        var alive = await task.ListLeasesAsync(new ListLeasesRequest { States = { LeaseState.Active, LeaseState.Intent }, PageSize = 1000 });
        Assert.That(alive, Is.Empty);
        Assert.That(done.Dead, Is.EqualTo(20L + late));
    }

    [Test]
    public async Task Revoke_BrokerKilledRightAfter_GoesOnAfterItsRestart()
    {
        var workload = BrokerCalls.SomeAgent();
        var task = await _broker.Calls.OpenAsync(workload);
        var responder = new Responder(_site, _broker);
        var selector = new LeaseSelector { Workload = $"spiffe://acme.test/{workload}" };
        await Task.WhenAll(Enumerable.Range(0, 250).Select(_ => task.IssueAsync()));
        var radius = await responder.PreviewAsync(selector);
        await Refused.ForFieldAsync("confirm_count", () => responder.RevokeAsync(radius.Total - 1, selector));
        var order = await responder.RevokeAsync(radius.Total, selector);

        await _broker.KillAsync();
        await _broker.DisposeAsync();
        _broker = await BrokerProcess.StartAsync(_site);
        var done = await new Responder(_site, _broker).WatchAsync(order.Id);

        Assert.That(done.State, Is.EqualTo(RevocationOrder.Types.State.Done));
        var alive = await task.At(_broker).ListLeasesAsync(new ListLeasesRequest { States = { LeaseState.Active }, PageSize = 1000 });
        Assert.That(alive, Is.Empty);
        await Refused.WithAsync(StatusCode.FailedPrecondition, "FENCED", () => task.At(_broker).IssueAsync());
    }

    [Test]
    public async Task Revoke_WithoutRolePreviewOrSelector_IsRefused()
    {
        var viewer = new Responder(_site, _broker, "viewer");
        var responder = new Responder(_site, _broker);
        var selector = new LeaseSelector { Template = "orders-api" };

        await viewer.PreviewAsync(selector);
        await Refused.WithAsync(StatusCode.PermissionDenied, "OPERATOR_ROLE_REQUIRED", () => viewer.RevokeAsync(0, selector));
        await Refused.ForFieldAsync("selectors", () => responder.RevokeAsync(0, selector));
        await Refused.ForFieldAsync("selectors", () => responder.PreviewAsync(new LeaseSelector()));
        await Refused.ForFieldAsync("selectors", () => responder.PreviewAsync());
    }

    [Test]
    public async Task LiftFence_ByOneResponder_WaitsForASecond()
    {
        var responder = new Responder(_site, _broker);
        var selector = new LeaseSelector { Target = "nothing-of-this-name" };
        await responder.PreviewAsync(selector);
        var order = await responder.RevokeAsync(0, selector);

        var first = await responder.Calls.LiftFenceAsync(new LiftFenceRequest { FenceId = order.FenceId, Reason = "over" }, responder.Auth);
        var again = await responder.Calls.LiftFenceAsync(new LiftFenceRequest { FenceId = order.FenceId, Reason = "over" }, responder.Auth);
        var standing = (await responder.Calls.ListFencesAsync(new ListFencesRequest(), responder.Auth)).Fences;

        Assert.That((first.PendingSecond, again.PendingSecond), Is.EqualTo((true, true)));
        Assert.That(standing.Select(fence => fence.Id), Does.Contain(order.FenceId));
    }

    private static async Task<int> IssueUntilFencedAsync(OpenedTask task)
    {
        for (var issued = 0; ; issued++)
        {
            try
            {
                await task.IssueAsync();
            }
            catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
            {
                return issued;
            }
        }
    }
}
