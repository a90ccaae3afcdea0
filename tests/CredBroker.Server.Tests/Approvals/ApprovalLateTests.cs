using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Verification;
using Grpc.Core;
using static CredBroker.Server.Tests.Approvals.ApprovalBench;

namespace CredBroker.Server.Tests.Approvals;

/// <summary>What was agreed to is good for a short time, and only while policy is what it was.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ApprovalLateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Test]
    public async Task Late_UsedDecidedAndForgotten_EachInItsTime()
    {
        await using var bench = await ApprovalBench.StartAsync(("Approvals:LapseAfter", "00:00:10"), ("Approvals:Remember", "00:00:12"));
        var (_, token) = await bench.OpenAsync();
        var approved = await bench.AskAsync(token);
        var pending = await bench.AskAsync(token, Write(why: "nobody is there"));
        await bench.DecideAsync("ann", approved);
        await Eventually.IsTrueAsync(
            async () => (await bench.ReadAsync(approved)).State == ApprovalRequest.Types.State.Lapsed
                && (await bench.ReadAsync(pending)).State == ApprovalRequest.Types.State.Lapsed, "both have lapsed", Patience);

        await Refused.WithAsync(StatusCode.FailedPrecondition, "APPROVAL_LAPSED", () => bench.IssueAsync(token, Write(approved)));
        await Refused.WithAsync(StatusCode.FailedPrecondition, "APPROVAL_LAPSED", () => bench.DecideAsync("ann", pending));
        Assert.That(await bench.AskAsync(token), Is.Not.EqualTo(approved), "people are asked anew");
        Assert.That(await bench.ListLeasesAsync(token), Is.Empty);
        await Eventually.IsTrueAsync(
            async () => !(await bench.Approvals.ListApprovalsAsync(new ListApprovalsRequest(), bench.As("eve"))).Approvals.Any(r => r.Id == approved),
            "it is forgotten", Patience);
        await Refused.ForFieldAsync("approval_id", () => bench.DecideAsync("ann", approved));
        var audit = await bench.Broker.ReadAuditAsync();
        await Eventually.IsTrueAsync(async () => (await bench.Broker.ReadAuditAsync()).Contains("approval_lapsed", StringComparison.Ordinal), "it is on record", Patience);
        Assert.That(audit, Does.Contain("approval_requested").And.Contains("approval_decided"));
    }

    [Test]
    public async Task PolicyChanged_BetweenApprovalAndUse_Lapsed()
    {
        await using var bench = await ApprovalBench.StartAsync();
        var (task, token) = await bench.OpenAsync();
        var id = await bench.AskAsync(token);
        await bench.DecideAsync("ann", id);

        await bench.ChangePoliciesAsync(Policies + "\n@id(\"more\") permit (principal, action == Action::\"renew\", resource);", task.Id);

        await Refused.WithAsync(StatusCode.FailedPrecondition, "APPROVAL_LAPSED", () => bench.IssueAsync(token, Write(id)));
        Assert.That(await bench.ListLeasesAsync(token), Is.Empty);
        Assert.That(await bench.AskAsync(token), Is.Not.EqualTo(id));
    }

    [Test]
    public async Task PolicyChanged_ForbidsForGood_NoApprovalHelps()
    {
        await using var bench = await ApprovalBench.StartAsync();
        var (task, token) = await bench.OpenAsync();
        var id = await bench.AskAsync(token);
        await bench.DecideAsync("ann", id);

        await bench.ChangePoliciesAsync(Policies + "\n@id(\"never\") forbid (principal, action == Action::\"write\", resource);", task.Id);

        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => bench.IssueAsync(token, Write(id)));
    }

    [Test]
    public async Task Watch_BrokerStops_EndsInOrder()
    {
        await using var bench = await ApprovalBench.StartAsync();
        var (_, token) = await bench.OpenAsync();
        var id = await bench.AskAsync(token);
        using var watch = bench.Approvals.WatchApprovals(new WatchApprovalsRequest(), bench.As("ann"));
        Assert.That(await watch.ResponseStream.MoveNext(CancellationToken.None), Is.True);
        Assert.That(watch.ResponseStream.Current.Approval.Id, Is.EqualTo(id), "first what is pending");

        await bench.DecideAsync("ann", id);
        Assert.That(await watch.ResponseStream.MoveNext(CancellationToken.None), Is.True);
        Assert.That(watch.ResponseStream.Current.Approval.State, Is.EqualTo(ApprovalRequest.Types.State.Approved), "then what changes");

        var stop = bench.Broker.EndAsync();
        Assert.That(await watch.ResponseStream.MoveNext(CancellationToken.None), Is.False, "an ordinary end");
        await stop;
    }
}
