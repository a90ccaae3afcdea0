using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Tests.Client;

[TestFixture, Category("Unit")]
public sealed class HeartbeatTests
{
    [Test]
    public async Task Heartbeat_BeforeAThirdOfTheInterval_IsNotSent()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        bench.Time.Advance(TimeSpan.FromSeconds(9.9));
        await bench.Client.GetStatusAsync();
        Assert.That(bench.CountOf("Heartbeat"), Is.Zero);
        bench.Time.Advance(TimeSpan.FromSeconds(0.1));
        await Until.TrueAsync(() => bench.CountOf("Heartbeat") == 1);
    }

    [Test]
    public async Task Heartbeat_WhileTheTaskIsOpen_GoesOnThroughFailures()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        bench.Broker.FailNext("Heartbeat", new RpcException(new Grpc.Core.Status(StatusCode.Internal, "")), 3);
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(1), () => bench.CountOf("Heartbeat") >= 6);
        Assert.That(task.Ended.IsCancellationRequested, Is.False);
    }

    [TestCase(typeof(TaskCanceledException))]
    [TestCase(typeof(InvalidOperationException))]
    public async Task Heartbeat_SourceOfEvidenceFails_GoesOn(System.Type fault)
    {
        var source = new FlakySource();
        await using var bench = await BrokerBench.StartAsync(source);
        await using var task = await bench.OpenAsync();
        bench.Broker.Script<HeartbeatRequest, HeartbeatResponse>(_ => Task.FromResult(new HeartbeatResponse { AttestedUntil = Timestamp.FromDateTimeOffset(bench.Time.GetUtcNow()) }));
        source.Fault = (Exception)Activator.CreateInstance(fault)!;
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(1), () => source.Failures >= 3);
        source.Fault = null;

        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(1), () => bench.Broker.Requests<HeartbeatRequest>().Any(beat => beat.Evidence is not null));

        Assert.That(task.Ended.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task Heartbeat_AfterAFailure_ComesSooner()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        bench.Broker.FailNext("Heartbeat", new RpcException(new Grpc.Core.Status(StatusCode.Internal, "")));
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        await Until.TrueAsync(() => bench.CountOf("Heartbeat") == 1);
        var failedAt = bench.Time.GetUtcNow();
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromMilliseconds(50), () => bench.CountOf("Heartbeat") == 2);
        Assert.That(bench.Time.GetUtcNow() - failedAt, Is.LessThan(TimeSpan.FromSeconds(9)));
    }

    [TestCase("TASK_ENDED", StatusCode.FailedPrecondition)]
    [TestCase("TASK_TOKEN_INVALID", StatusCode.Unauthenticated)]
    [TestCase("TASK_NOT_FOUND", StatusCode.NotFound)]
    public async Task Heartbeat_BrokerSaysOver_EndsTheTaskHere(string reason, StatusCode code)
    {
        await using var bench = await BrokerBench.StartAsync();
        var task = await bench.OpenAsync();
        bench.Broker.FailNext("Heartbeat", Refusal.Of(code, reason));
        bench.Time.Advance(TimeSpan.FromSeconds(10));
        await Until.TrueAsync(() => task.Ended.IsCancellationRequested);
        await task.DisposeAsync();
        Assert.That(bench.CountOf("EndTask"), Is.Zero, "there is nothing left to end");
    }

    [Test]
    public async Task Heartbeat_FreshEvidenceIsDue_BringsIt()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var until = bench.Time.GetUtcNow() + TimeSpan.FromSeconds(60);
        bench.Broker.Script<HeartbeatRequest, HeartbeatResponse>(_ => Task.FromResult(new HeartbeatResponse
        {
            HeartbeatDeadline = Timestamp.FromDateTimeOffset(until),
            AttestedUntil = Timestamp.FromDateTimeOffset(until),
        }));
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(1), () => bench.Broker.Requests<HeartbeatRequest>().Any(r => r.Evidence is not null));
        Assert.That(bench.Broker.Requests<HeartbeatRequest>()[0].Evidence, Is.Null);
        Assert.That(bench.Time.GetUtcNow(), Is.LessThan(until));
    }

    [Test]
    public async Task Issue_AttestationExpired_ShowsEvidenceAndAsksAgain()
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        bench.Broker.FailNext("Issue", Refusal.Of(StatusCode.Unauthenticated, "ATTESTATION_EXPIRED"));
        await task.IssueAsync("orders-api");
        Assert.That(bench.Broker.Requests<HeartbeatRequest>().Single().Evidence.Payload.ToStringUtf8(), Is.EqualTo("the-svid"));
        Assert.That(bench.CountOf("Issue"), Is.EqualTo(2));
    }

    [Test]
    public async Task Heartbeat_OfAJoinedTask_IsSentOnRequestOnly()
    {
        await using var bench = await BrokerBench.StartAsync();
        var token = (await bench.OpenAsync()).Detach();
        await using var joined = await bench.Client.JoinTaskAsync(token);
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        await bench.Client.GetStatusAsync();
        Assert.That(bench.CountOf("Heartbeat"), Is.Zero);
        var due = await joined.HeartbeatAsync();
        Assert.That(due, Is.EqualTo(bench.Time.GetUtcNow() + TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task Heartbeat_FreshEvidenceIsDueAndCannotBeHad_GoesOnWithoutIt()
    {
        var source = new FlakySource();
        await using var bench = await BrokerBench.StartAsync(source);
        await using var task = await bench.OpenAsync();
        AnswerAttestedFor(bench, TimeSpan.FromSeconds(60));
        source.Fault = new EvidenceUnavailableException("The file is gone.");
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(1), () => bench.CountOf("Heartbeat") >= 12);
        Assert.That(task.Ended.IsCancellationRequested, Is.False);
    }

    [TestCase("ATTESTATION_FAILED", StatusCode.Unauthenticated)]
    [TestCase("VERIFIER_UNAVAILABLE", StatusCode.Unavailable)]
    public async Task Heartbeat_FreshEvidenceIsRefused_GoesOnWithoutIt(string reason, StatusCode code)
    {
        await using var bench = await BrokerBench.StartAsync();
        await using var task = await bench.OpenAsync();
        var until = bench.Time.GetUtcNow() + TimeSpan.FromSeconds(60);
        bench.Broker.Script<HeartbeatRequest, HeartbeatResponse>(request => request.Evidence is null
            ? Task.FromResult(AttestedUntil(until))
            : throw Refusal.Of(code, reason));
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(1), () => bench.Time.GetUtcNow() > until + TimeSpan.FromSeconds(60));
        var beats = bench.Broker.Requests<HeartbeatRequest>();
        Assert.That(beats.Count(beat => beat.Evidence is not null), Is.GreaterThan(1), "fresh evidence is tried again");
        Assert.That(beats.Count(beat => beat.Evidence is null), Is.GreaterThanOrEqualTo(9), "and the task lives meanwhile");
        Assert.That(task.Ended.IsCancellationRequested, Is.False);
    }

    private static void AnswerAttestedFor(BrokerBench bench, TimeSpan life)
    {
        var until = bench.Time.GetUtcNow() + life;
        bench.Broker.Script<HeartbeatRequest, HeartbeatResponse>(_ => Task.FromResult(AttestedUntil(until)));
    }

    private static HeartbeatResponse AttestedUntil(DateTimeOffset until) => new()
    {
        HeartbeatDeadline = Timestamp.FromDateTimeOffset(until),
        AttestedUntil = Timestamp.FromDateTimeOffset(until),
    };

    /// <summary>A source that somebody else wrote.</summary>
    private sealed class FlakySource : IEvidenceSource
    {
        private int _failures;

        public Exception? Fault { get; set; }

        public int Failures => Volatile.Read(ref _failures);

        public ValueTask<WorkloadEvidence> GetAsync(CancellationToken cancellationToken)
        {
            if (Fault is not { } fault) return ValueTask.FromResult(WorkloadEvidence.FromText(WorkloadEvidence.SpiffeJwt, "the-svid"));
            Interlocked.Increment(ref _failures);
            throw fault;
        }
    }
}
