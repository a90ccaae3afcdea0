using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Grpc.Core;

namespace CredBroker.Tests.Client;

[TestFixture, Category("Unit")]
public sealed class OpenTaskTests
{
    [Test]
    public async Task OpenTask_Always_SendsEvidenceAndWordsAndNoToken()
    {
        await using var bench = await BrokerBench.StartAsync();
        await bench.Client.OpenTaskAsync(new TaskRequest("reconcile-invoices")
        {
            Intent = "match",
            Labels = new Dictionary<string, string> { ["run"] = "7" },
            MaxDuration = TimeSpan.FromHours(1),
            HeartbeatInterval = TimeSpan.FromSeconds(9),
        });
        var call = bench.Broker.Calls.Single();
        var request = (OpenTaskRequest)call.Request;
        Assert.Multiple(() =>
        {
            Assert.That(call.Authorization, Is.Null);
            Assert.That(request.Evidence.Attestor, Is.EqualTo("spiffe_jwt"));
            Assert.That(request.Evidence.Payload.ToStringUtf8(), Is.EqualTo("the-svid"));
            Assert.That(request.Purpose, Is.EqualTo("reconcile-invoices"));
            Assert.That(request.Intent, Is.EqualTo("match"));
            Assert.That(request.Labels["run"], Is.EqualTo("7"));
            Assert.That(request.MaxDuration.ToTimeSpan(), Is.EqualTo(TimeSpan.FromHours(1)));
            Assert.That(request.HeartbeatInterval.ToTimeSpan(), Is.EqualTo(TimeSpan.FromSeconds(9)));
        });
    }

    [Test]
    public async Task OpenTask_Answered_TellsWhoWeAre()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        Assert.Multiple(() =>
        {
            Assert.That(task.Id, Does.StartWith("tsk_"));
            Assert.That(task.Subject, Is.EqualTo("spiffe://acme.test/agent/quickstart"));
            Assert.That(task.Tenant, Is.EqualTo("payments"));
            Assert.That(task.Deadline, Is.EqualTo(bench.Time.GetUtcNow() + TimeSpan.FromHours(4)));
            Assert.That(task.Ended.IsCancellationRequested, Is.False);
        });
    }

    [Test]
    public async Task OpenTask_Twice_UsesTwoNames()
    {
        await using var bench = await BrokerBench.StartAsync();
        await bench.OpenAsync();
        await bench.OpenAsync();
        Assert.That(bench.Broker.Requests<OpenTaskRequest>().Select(r => r.TaskRef), Is.Unique.And.All.Not.Empty);
    }

    [Test]
    public async Task OpenTask_RetriedAfterAnOutage_KeepsItsName()
    {
        await using var bench = await BrokerBench.StartAsync();
        bench.Broker.FailNext("OpenTask", new RpcException(new Status(StatusCode.Unavailable, "")));
        var opening = bench.OpenAsync();
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromMilliseconds(100), () => opening.IsCompleted);
        await opening;
        Assert.That(bench.Broker.Requests<OpenTaskRequest>().Select(r => r.TaskRef).Distinct().Count(), Is.EqualTo(1));
        Assert.That(bench.CountOf("OpenTask"), Is.EqualTo(2));
    }

    [Test]
    public async Task OpenTask_RetriedAfterAnOutage_ShowsFreshEvidence()
    {
        // The broker may have used up the first, which a CI system makes for one use.
        await using var bench = await BrokerBench.StartAsync(new CountingEvidenceSource());
        bench.Broker.FailNext("OpenTask", new RpcException(new Status(StatusCode.Unavailable, "")));
        var opening = bench.OpenAsync();
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromMilliseconds(100), () => opening.IsCompleted);
        await opening;
        Assert.That(bench.Broker.Requests<OpenTaskRequest>().Select(r => r.Evidence.Payload.ToStringUtf8()), Is.EqualTo(new[] { "evidence 1", "evidence 2" }));
    }

    [Test]
    public async Task OpenTask_Refused_CarriesReasonAndMessage()
    {
        await using var bench = await BrokerBench.StartAsync();
        bench.Broker.FailNext("OpenTask", Refusal.Of(StatusCode.Unauthenticated, "ATTESTATION_FAILED", "The evidence has expired."));
        var refused = (await Assert.ThrowsAsync<BrokerRefusedException>(bench.OpenAsync))!;
        Assert.Multiple(() =>
        {
            Assert.That(refused.Reason, Is.EqualTo("ATTESTATION_FAILED"));
            Assert.That(refused.Message, Is.EqualTo("The evidence has expired."));
            Assert.That(refused.RetryAfter, Is.Null);
            Assert.That(refused.IsTransient, Is.False);
        });
    }

    [Test]
    public async Task OpenTask_EvidenceMissing_AsksNothing()
    {
        await using var bench = await BrokerBench.StartAsync(new FileEvidenceSource("/nowhere/svid.jwt"));
        var missing = (await Assert.ThrowsAsync<EvidenceUnavailableException>(bench.OpenAsync))!;
        Assert.That(missing.Message, Does.Contain("/nowhere/svid.jwt"));
        Assert.That(bench.Broker.Calls, Is.Empty);
    }

    [Test]
    public async Task JoinTask_WithADetachedToken_WorksInTheSameTask()
    {
        await using var bench = await BrokerBench.StartAsync();
        var opened = await bench.OpenAsync();
        await using var joined = await bench.Client.JoinTaskAsync(opened.Detach());
        var credential = await joined.IssueAsync("orders-api");
        Assert.That(joined.Id, Is.EqualTo(opened.Id));
        Assert.That(bench.Broker.Ledger.IsLive(credential.Token), Is.True);
    }

    [Test]
    public async Task JoinTask_WrongToken_IsRefused()
    {
        await using var bench = await BrokerBench.StartAsync();
        var refused = (await Assert.ThrowsAsync<BrokerRefusedException>(() => bench.Client.JoinTaskAsync("cbt_wrong")))!;
        Assert.That(refused.Reason, Is.EqualTo("TASK_TOKEN_INVALID"));
    }

    [Test]
    public async Task GetStatus_Always_NeedsNoToken()
    {
        await using var bench = await BrokerBench.StartAsync();
        var status = await bench.Client.GetStatusAsync();
        Assert.That(status.Ready, Is.True);
        Assert.That(status.Components.Single().Name, Is.EqualTo("store"));
        Assert.That(bench.Broker.Calls.Single().Authorization, Is.Null);
    }

    private sealed class CountingEvidenceSource : IEvidenceSource
    {
        private int _asked;

        public ValueTask<WorkloadEvidence> GetAsync(CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(WorkloadEvidence.FromText(WorkloadEvidence.Oidc, $"evidence {++_asked}"));
    }
}
