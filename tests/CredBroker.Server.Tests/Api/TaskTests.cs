using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Api;

[TestFixture, Category("Server")]
internal sealed class TaskTests : ServerFixture
{
    [Test]
    public async Task OpenTask_GoodEvidence_TellsWhatWasAttestedAndClaimed()
    {
        var workload = BrokerCalls.SomeAgent();
        var request = Calls.OpenRequest(workload);
        request.Labels.Add("team", "finance");

        var opened = await Calls.OpenAsync(request);

        var task = opened.Task;
        Assert.Multiple(() =>
        {
            Assert.That(task.Id, Does.Match("^tsk_[0-9a-f]{2}[0-9A-HJKMNP-TV-Z]{26}$"));
            Assert.That(opened.Token, Does.StartWith($"cbt_{task.Id}."));
            Assert.That(task.Workload.Subject, Is.EqualTo($"spiffe://acme.test/{workload}"));
            Assert.That(task.Workload.Attestor, Is.EqualTo("spiffe_jwt"));
            Assert.That(task.Workload.Tenant, Is.EqualTo("payments"));
            Assert.That(task.Workload.Kind, Is.EqualTo(V1.WorkloadKind.Agent));
            Assert.That(task.Purpose, Is.EqualTo("reconcile-invoices"));
            Assert.That(task.Intent, Is.EqualTo("match March invoices to payments"));
            Assert.That(task.Labels["team"], Is.EqualTo("finance"));
            Assert.That(task.State, Is.EqualTo(TaskState.Open));
            Assert.That(task.Deadline - task.OpenedAt, Is.EqualTo(Duration.FromTimeSpan(TimeSpan.FromHours(4))));
            Assert.That(task.HeartbeatDeadline - task.OpenedAt, Is.EqualTo(Duration.FromTimeSpan(TimeSpan.FromSeconds(60))));
        });
    }

    [TestCase(1, 5), TestCase(30, 30), TestCase(3600, 60)]
    public async Task OpenTask_HeartbeatInterval_ClampedToTheRule(int asked, int granted)
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent(), heartbeat: TimeSpan.FromSeconds(asked));

        Assert.That(opened.Task.HeartbeatInterval.ToTimeSpan(), Is.EqualTo(TimeSpan.FromSeconds(granted)));
    }

    [Test]
    public async Task OpenTask_LongerThanTheRule_Clamped()
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent(), maxDuration: TimeSpan.FromHours(24));

        Assert.That(opened.Task.Deadline - opened.Task.OpenedAt, Is.EqualTo(Duration.FromTimeSpan(TimeSpan.FromHours(4))));
    }

    [Test]
    public async Task OpenTask_SameTaskRefAndRequest_SameTaskNewToken()
    {
        var workload = BrokerCalls.SomeAgent();
        var first = await Calls.OpenAsync(Named(workload));

        var second = await Calls.OpenAsync(Named(workload));

        Assert.That(second.Id, Is.EqualTo(first.Id));
        Assert.That(second.Token, Is.Not.EqualTo(first.Token));
        Assert.That((await second.IssueAsync()).Lease.TaskId, Is.EqualTo(first.Id));
        await Refused.WithAsync(StatusCode.Unauthenticated, "TASK_TOKEN_INVALID", () => first.IssueAsync());
        await Refused.WithAsync(StatusCode.Unauthenticated, "TASK_TOKEN_INVALID", () => first.ReadAsync());
        await Refused.WithAsync(StatusCode.Unauthenticated, "TASK_TOKEN_INVALID", () => first.EndAsync());
    }

    [Test]
    public async Task OpenTask_SameTaskRefOtherRequest_TaskExists()
    {
        var workload = BrokerCalls.SomeAgent();
        var first = await Calls.OpenAsync(Named(workload));
        var other = Named(workload);
        other.Purpose = "something else";

        var refusal = await Refused.WithAsync(StatusCode.AlreadyExists, "TASK_EXISTS", () => Calls.OpenAsync(other));

        Assert.That(Refused.MetadataOf(refusal, "task_id"), Is.EqualTo(first.Id));
        Assert.That((await first.ReadAsync()).State, Is.EqualTo(TaskState.Open));
    }

    [Test]
    public async Task OpenTask_TaskRefOfAnEndedTask_TaskExists()
    {
        var workload = BrokerCalls.SomeAgent();
        await (await Calls.OpenAsync(Named(workload))).EndAsync();

        await Refused.WithAsync(StatusCode.AlreadyExists, "TASK_EXISTS", () => Calls.OpenAsync(Named(workload)));
    }

    [Test]
    public async Task OpenTask_TaskRefOfAnotherWorkload_ATaskOfItsOwn()
    {
        var first = await Calls.OpenAsync(Named(BrokerCalls.SomeAgent()));

        var second = await Calls.OpenAsync(Named(BrokerCalls.SomeAgent()));

        Assert.That(second.Id, Is.Not.EqualTo(first.Id));
    }

    [Test]
    public async Task Heartbeat_OpenTask_MovesTheDeadline()
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent());

        var beat = await Calls.Tasks.HeartbeatAsync(new HeartbeatRequest { TaskId = opened.Id }, opened.Auth);

        Assert.That(beat.HeartbeatDeadline, Is.GreaterThanOrEqualTo(opened.Task.HeartbeatDeadline));
        Assert.That((await opened.ReadAsync()).HeartbeatDeadline, Is.EqualTo(beat.HeartbeatDeadline));
    }

    [Test]
    public async Task KeepAlive_EveryBeat_MovesTheDeadlineUntilTheTaskEnds()
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent());
        using var stream = Calls.Tasks.KeepAlive(opened.Auth);

        await stream.RequestStream.WriteAsync(new KeepAliveRequest());
        Assert.That(await stream.ResponseStream.MoveNext(), Is.True);
        var first = stream.ResponseStream.Current.HeartbeatDeadline;
        await stream.RequestStream.WriteAsync(new KeepAliveRequest());
        Assert.That(await stream.ResponseStream.MoveNext(), Is.True);

        Assert.That(stream.ResponseStream.Current.HeartbeatDeadline, Is.GreaterThanOrEqualTo(first));
        await opened.EndAsync();
        await stream.RequestStream.WriteAsync(new KeepAliveRequest());
        await Refused.WithAsync(StatusCode.FailedPrecondition, "TASK_ENDED", () => stream.ResponseStream.MoveNext());
    }

    [Test]
    public async Task KeepAlive_ClosedByTheCaller_EndsWell()
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent());
        using var stream = Calls.Tasks.KeepAlive(opened.Auth);
        await stream.RequestStream.WriteAsync(new KeepAliveRequest());
        Assert.That(await stream.ResponseStream.MoveNext(), Is.True);

        await stream.RequestStream.CompleteAsync();

        Assert.That(await stream.ResponseStream.MoveNext(), Is.False);
        Assert.That(stream.GetStatus().StatusCode, Is.EqualTo(StatusCode.OK));
    }

    [Test]
    public async Task EndTask_WithLeases_ReceiptNamesEveryOneAsRevoked()
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent());
        string[] leases = [(await opened.IssueAsync()).Lease.Id, (await opened.IssueAsync("invoices-api")).Lease.Id];

        var receipt = await opened.EndAsync("succeeded");

        Assert.Multiple(() =>
        {
            Assert.That(receipt.TaskId, Is.EqualTo(opened.Id));
            Assert.That((receipt.Total, receipt.Confirmed, receipt.Pending, receipt.Irrevocable), Is.EqualTo((2, 2, 0, 0)));
            Assert.That(receipt.Leases.Select(lease => lease.LeaseId), Is.EquivalentTo(leases));
            Assert.That(receipt.Leases.Select(lease => lease.State), Is.All.EqualTo(LeaseState.Revoked));
            Assert.That(receipt.Leases.Select(lease => lease.ConfirmedAt), Is.All.Not.Null);
            Assert.That(receipt.Leases.Select(lease => lease.Revocability), Is.All.EqualTo(Revocability.Bounded));
        });
    }

    [Test]
    public async Task EndTask_Again_SameReceipt()
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent());
        await opened.IssueAsync();
        var first = await opened.EndAsync("succeeded");

        var second = await opened.EndAsync("failed: another word");

        Assert.That(second, Is.EqualTo(first));
        Assert.That((await opened.ReadAsync()).Outcome, Is.EqualTo("succeeded"));
    }

    [Test]
    public async Task EndTask_Ended_NothingWorksButLooking()
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent());
        var lease = (await opened.IssueAsync()).Lease.Id;

        await opened.EndAsync("failed: no invoices");

        var task = await opened.ReadAsync();
        Assert.Multiple(() =>
        {
            Assert.That(task.State, Is.EqualTo(TaskState.Ended));
            Assert.That(task.EndReason, Is.EqualTo(V1.EndReason.TaskEnded));
            Assert.That(task.Outcome, Is.EqualTo("failed: no invoices"));
            Assert.That(task.EndedAt, Is.Not.Null);
        });
        await Refused.WithAsync(StatusCode.FailedPrecondition, "TASK_ENDED", () => opened.IssueAsync());
        await Refused.WithAsync(
            StatusCode.FailedPrecondition, "TASK_ENDED", () => Calls.Tasks.HeartbeatAsync(new HeartbeatRequest(), opened.Auth).ResponseAsync);
        await Refused.WithAsync(
            StatusCode.FailedPrecondition, "LEASE_NOT_RENEWABLE",
            () => Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = lease }, opened.Auth).ResponseAsync);
        Assert.That((await opened.GetLeaseAsync(lease)).EndReason, Is.EqualTo(V1.EndReason.TaskEnded));
    }

    [Test]
    public async Task EndTask_Wait_ComesBackAsSoonAsNothingIsPending()
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent());
        await opened.IssueAsync();
        var start = TimeProvider.System.GetTimestamp();

        var ended = await Calls.Tasks.EndTaskAsync(new EndTaskRequest { Wait = Duration.FromTimeSpan(TimeSpan.FromSeconds(60)) }, opened.Auth);

        Assert.That(ended.Receipt.Pending, Is.Zero);
        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    [Test]
    public async Task NoHeartbeat_PastTheInterval_TaskEndsWithItsLeases()
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent("hasty"), heartbeat: TimeSpan.FromSeconds(1));
        var lease = (await opened.IssueAsync()).Lease.Id;

        await Eventually.IsTrueAsync(async () => (await opened.ReadAsync()).State == TaskState.Ended, "the task has ended");

        Assert.That((await opened.ReadAsync()).EndReason, Is.EqualTo(V1.EndReason.HeartbeatLost));
        Assert.That(await opened.GetLeaseAsync(lease), Has
            .Property(nameof(Lease.State)).EqualTo(LeaseState.Revoked).And.Property(nameof(Lease.EndReason)).EqualTo(V1.EndReason.HeartbeatLost));
    }

    [Test]
    public async Task Deadline_Passed_TaskEndsWithItsLeasesDespiteHeartbeats()
    {
        var opened = await Calls.OpenAsync(BrokerCalls.SomeAgent(), maxDuration: TimeSpan.FromSeconds(2));
        var lease = (await opened.IssueAsync()).Lease;
        await Calls.Tasks.HeartbeatAsync(new HeartbeatRequest(), opened.Auth);

        await Eventually.IsTrueAsync(async () => (await opened.ReadAsync()).State == TaskState.Ended, "the task has ended");

        Assert.That(lease.ExpiresAt, Is.EqualTo(opened.Task.Deadline));
        Assert.That((await opened.ReadAsync()).EndReason, Is.EqualTo(V1.EndReason.Expired));
        Assert.That((await opened.GetLeaseAsync(lease.Id)).State, Is.EqualTo(LeaseState.Revoked));
    }

    private OpenTaskRequest Named(string workload)
    {
        var request = Calls.OpenRequest(workload);
        request.TaskRef = "run/2026-03:1";
        return request;
    }
}
