using CredBroker.Client;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Capability = CredBroker.Client.Capability;

namespace CredBroker.Tests.Client;

[TestFixture, Category("Unit")]
public sealed class IssueTests
{
    [Test]
    public async Task Issue_Always_SendsTheTaskTokenAndTheRequest()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        await task.IssueAsync(new CredentialRequest("orders-api")
        {
            Capabilities = [Capability.Read, Capability.Write],
            Ttl = TimeSpan.FromSeconds(30),
            Justification = "because",
            ApprovalId = "apr_1",
        });
        var call = bench.Broker.Calls.Single(c => c.Method == "Issue");
        var request = (IssueRequest)call.Request;
        Assert.Multiple(() =>
        {
            Assert.That(call.Authorization, Does.StartWith($"Bearer cbt_{task.Id}."));
            Assert.That(request.Template, Is.EqualTo("orders-api"));
            Assert.That(request.Capabilities, Is.EqualTo(new[] { Protocol.V1.Capability.Read, Protocol.V1.Capability.Write }));
            Assert.That(request.Ttl.ToTimeSpan(), Is.EqualTo(TimeSpan.FromSeconds(30)));
            Assert.That(request.IdempotencyKey, Has.Length.EqualTo(32));
            Assert.That(request.Justification, Is.EqualTo("because"));
            Assert.That(request.ApprovalId, Is.EqualTo("apr_1"));
        });
    }

    [Test]
    public async Task Issue_OfAToken_GivesItsParts()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-api");
        Assert.Multiple(() =>
        {
            Assert.That(credential.IsToken, Is.True);
            Assert.That(bench.Broker.Ledger.IsLive(credential.Token), Is.True);
            Assert.That(credential.TokenType, Is.EqualTo("Bearer"));
            Assert.That(credential.Audience, Is.EqualTo("https://orders.acme.test"));
            Assert.That(credential.ExpiresAt, Is.EqualTo(bench.Time.GetUtcNow() + TimeSpan.FromMinutes(2)));
            Assert.That(credential.Revocability, Is.EqualTo(CredBroker.Client.Revocability.Instant));
        });
    }

    [Test]
    public async Task Issue_OfASecret_GivesItsValuesAndNoToken()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var credential = await task.IssueAsync("orders-db");
        Assert.That(credential.Secret.Keys, Is.EquivalentTo(["username", "password"]));
        Assert.Throws<InvalidOperationException>(() => _ = credential.Token);
    }

    [Test]
    public async Task Issue_StoreUnavailableWithRetryInfo_WaitsThatLongAndSendsTheSameKey()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        bench.Broker.FailNext("Issue", Refusal.StoreUnavailable(TimeSpan.FromSeconds(3)));
        var start = bench.Time.GetUtcNow();
        var issuing = task.IssueAsync("orders-api");
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromMilliseconds(200), () => issuing.IsCompleted);
        await issuing;
        var keys = bench.Broker.Requests<IssueRequest>().Select(r => r.IdempotencyKey).ToList();
        Assert.That(keys, Has.Count.EqualTo(2));
        Assert.That(keys.Distinct().Count(), Is.EqualTo(1));
        Assert.That(bench.Time.GetUtcNow() - start, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(3)));
    }

    [TestCase("POLICY_DENIED", StatusCode.PermissionDenied)]
    [TestCase("RATE_LIMITED", StatusCode.ResourceExhausted)]
    [TestCase("CONCURRENT_UPDATE", StatusCode.Aborted)]
    public async Task Issue_RefusedOtherwise_IsNotRepeated(string reason, StatusCode code)
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        bench.Broker.FailNext("Issue", Refusal.Of(code, reason));
        var refused = (await Assert.ThrowsAsync<BrokerRefusedException>(() => task.IssueAsync("orders-api")))!;
        Assert.That(refused.Reason, Is.EqualTo(reason));
        Assert.That(bench.CountOf("Issue"), Is.EqualTo(1));
    }

    [Test]
    public async Task Issue_RetryInfoBeyondTheBudget_IsHandedToTheCaller()
    {
        await using var bench = await BrokerBench.StartAsync(callTimeout: TimeSpan.FromSeconds(10));
        await using var task = await bench.OpenAsync();
        bench.Broker.FailNext("Issue", Refusal.StoreUnavailable(TimeSpan.FromSeconds(30)));
        var refused = (await Assert.ThrowsAsync<BrokerRefusedException>(() => task.IssueAsync("orders-api")))!;
        Assert.That(refused.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(refused.IsTransient, Is.True);
    }

    [Test]
    public async Task Issue_BrokerDoesNotAnswer_GivesUpAfterTheTimeout()
    {
        await using var bench = await BrokerBench.StartAsync(callTimeout: TimeSpan.FromSeconds(10));
        await using var task = await bench.OpenAsync();
        var never = new TaskCompletionSource<IssueResponse>();
        bench.Broker.Script<IssueRequest, IssueResponse>(_ => never.Task);
        var issuing = task.IssueAsync("orders-api");
        await Until.TrueAsync(() => bench.CountOf("Issue") == 1);
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => issuing);
        never.SetResult(new IssueResponse());
    }

    [Test]
    public async Task Issue_CallerGivesUp_IsCancelledAndNotUnavailable()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var never = new TaskCompletionSource<IssueResponse>();
        bench.Broker.Script<IssueRequest, IssueResponse>(_ => never.Task);
        using var cancel = new CancellationTokenSource();
        var issuing = task.IssueAsync("orders-api", Capability.Read, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThatAsync(() => issuing, Throws.InstanceOf<OperationCanceledException>());
        never.SetResult(new IssueResponse());
    }

    [Test]
    public async Task Issue_NeedsPeople_SaysWhichApproval()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        bench.Broker.Script<IssueRequest, IssueResponse>(_ => Task.FromResult(new IssueResponse
        {
            PendingApproval = new IssueResponse.Types.PendingApproval
            {
                ApprovalId = "apr_1",
                Groups = { "payments-oncall" },
                LapsesAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
            },
        }));
        var pending = (await Assert.ThrowsAsync<ApprovalPendingException>(() => task.IssueAsync("orders-api")))!;
        Assert.That(pending.ApprovalId, Is.EqualTo("apr_1"));
        Assert.That(pending.Groups, Is.EqualTo(["payments-oncall"]));
    }

    [Test]
    public async Task Issue_WaitsForPeople_ComesBackWithTheApprovalUnderTheSameKey()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var asked = 0;
        bench.Broker.Script<IssueRequest, IssueResponse>(_ => Task.FromResult(Interlocked.Increment(ref asked) < 4 ? Pending() : Issued(bench)));

        var issuing = task.IssueAsync(new CredentialRequest("orders-api") { WaitForApproval = TimeSpan.FromMinutes(5) });
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(1), () => issuing.IsCompleted);

        var credential = await issuing;
        Assert.That(credential.Token, Is.EqualTo("the-token"));
        var requests = bench.Broker.Requests<IssueRequest>();
        Assert.That(requests.Select(request => request.ApprovalId), Is.EqualTo(["", "apr_1", "apr_1", "apr_1"]));
        Assert.That(requests.Select(request => request.IdempotencyKey).Distinct().Count(), Is.EqualTo(1));
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromMinutes(1), () => bench.Time.GetUtcNow() > credential.ExpiresAt);
        Assert.That(bench.CountOf("Renew") + bench.CountOf("Issue"), Is.EqualTo(4), "nobody has agreed to more");
    }

    [Test]
    public async Task Issue_WaitsForPeopleInVain_SaysWhichApproval()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        bench.Broker.Script<IssueRequest, IssueResponse>(_ => Task.FromResult(Pending()));

        var issuing = task.IssueAsync(new CredentialRequest("orders-api") { WaitForApproval = TimeSpan.FromSeconds(30) });
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(1), () => issuing.IsCompleted);

        Assert.That((await Assert.ThrowsAsync<ApprovalPendingException>(() => issuing))!.ApprovalId, Is.EqualTo("apr_1"));
        Assert.That(bench.CountOf("Issue"), Is.InRange(3, 7));
    }

    [Test]
    public async Task Issue_AfterTheBrokerEndedTheTask_SetsEnded()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        bench.Broker.FailNext("Issue", Refusal.TaskEnded());
        await Assert.ThrowsAsync<BrokerRefusedException>(() => task.IssueAsync("orders-api"));
        Assert.That(task.Ended.IsCancellationRequested, Is.True);
    }

    [Test]
    public async Task ListLeases_ManyPages_GivesThemAll()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        for (var i = 0; i < 5; i++) await task.IssueAsync("orders-api");
        var ids = new HashSet<string>();
        await foreach (var lease in task.ListLeasesAsync()) ids.Add(lease.Id);
        Assert.That(ids, Has.Count.EqualTo(5));
        Assert.That(bench.CountOf("ListLeases"), Is.EqualTo(3));
    }

    private static IssueResponse Pending() => new()
    {
        PendingApproval = new IssueResponse.Types.PendingApproval { ApprovalId = "apr_1", Groups = { "payments-oncall" }, LapsesAt = new Timestamp() },
    };

    private static IssueResponse Issued(BrokerBench bench)
    {
        var now = bench.Time.GetUtcNow();
        var end = Timestamp.FromDateTimeOffset(now + TimeSpan.FromMinutes(2));
        return new IssueResponse
        {
            Issued = new IssueResponse.Types.Issued
            {
                Lease = new Lease { Id = "lse_1", IssuedAt = Timestamp.FromDateTimeOffset(now), ExpiresAt = end },
                Credential = new Credential { AccessToken = new Credential.Types.AccessToken { Value = "the-token" }, ExpiresAt = end },
            },
        };
    }
}
