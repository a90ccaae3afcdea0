using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Testing.Broker;

namespace CredBroker.Server.Tests.Revocation;

/// <summary>A backend is asked as fast as its limits let it, and left alone while it does not answer.</summary>
[TestFixture, Category("Unit")]
internal sealed class BackendLaneTests
{
    private static readonly TimeSpan BreakFor = TimeSpan.FromSeconds(5);
    private LaneBench _bench = null!;

    [SetUp]
    public void SetUp()
    {
        _bench = new LaneBench("vault");
        _bench.Options.BreakFor = BreakFor;
    }

    [TearDown]
    public async Task TearDownAsync() => await _bench.DisposeAsync();

    [TestCase(1), TestCase(3), TestCase(5)]
    public async Task Turn_FailuresInARow_LeftAloneThenProbedOnce(int failures)
    {
        _bench.Options.FailuresBeforeBreak = failures;
        _bench.Backend.Says = _ => BackendRevocation.Failed;
        _bench.Queue(20);
        var lane = _bench.OpenLane();
        await _bench.TurnsAsync(lane);
        Assert.That(_bench.Backend.Asked, Is.EqualTo(failures), "from then on it is left alone");

        for (var probes = 1; probes <= 2; probes++)
        {
            _bench.Time.Advance(BreakFor);
            await _bench.TurnsAsync(lane);
            Assert.That(_bench.Backend.Asked, Is.EqualTo(failures + probes), "one probe, and it has failed");
        }
    }

    [Test]
    public async Task Turn_ProbeIsAnswered_GoesOn()
    {
        _bench.Options.FailuresBeforeBreak = 2;
        _bench.Backend.Says = number => number <= 2 ? BackendRevocation.Unavailable : BackendRevocation.Confirmed;
        _bench.Queue(8);
        var lane = _bench.OpenLane();
        await _bench.TurnAsync(lane);

        _bench.Time.Advance(BreakFor);
        await Until.AdvancedAsync(_bench.Time, TimeSpan.FromMilliseconds(100), () =>
        {
            _ = _bench.BeginAsync(lane);
            return _bench.Backlog.Count("vault", LeaseState.Revoked) == 8;
        });
    }

    [Test]
    public async Task Turn_OneSuccessAmongFailures_StillBreaks()
    {
        _bench.Options.FailuresBeforeBreak = 3;
        _bench.Backend.Says = number => number is 1 or 4 ? BackendRevocation.Confirmed : BackendRevocation.Failed;
        _bench.Queue(20);

        await _bench.TurnsAsync(_bench.OpenLane());

        Assert.That(_bench.Backend.Asked, Is.EqualTo(7), "yes, no, no, yes, no, no, no");
    }

    [Test]
    public async Task Turn_ClaimsOfAnother_NoSuccesses()
    {
        _bench.Options.FailuresBeforeBreak = 3;
        _bench.Backend.Says = _ =>
        {
            _bench.Backlog.ClaimsToLose = 1;
            return BackendRevocation.Failed;
        };
        _bench.Queue(20);

        await _bench.TurnsAsync(_bench.OpenLane());

        Assert.That(_bench.Backend.Asked, Is.EqualTo(3));
    }

    [Test]
    public async Task Turn_ProbeLosesItsClaim_StillBrokenAndProbedAgain()
    {
        _bench.Options.FailuresBeforeBreak = 1;
        _bench.Backend.Says = _ => BackendRevocation.Failed;
        _bench.Queue(20);
        var lane = _bench.OpenLane();
        await _bench.TurnAsync(lane);
        _bench.Time.Advance(BreakFor);
        _bench.Backlog.ClaimsToLose = 1;

        await _bench.TurnAsync(lane);
        await _bench.TurnAsync(lane);

        Assert.That(_bench.Backend.Asked, Is.EqualTo(2), "the backend was asked once more, and not let in by a claim that was lost");
    }

    [TestCase(1), TestCase(3), TestCase(9)]
    public async Task Turn_Rate_NeverMoreThanSaid(int perSecond)
    {
        _bench.Options.RatePerBackend = perSecond;
        _bench.Options.InFlightPerBackend = 60;
        _bench.Queue(60);
        var step = TimeSpan.FromMilliseconds(Math.Ceiling(1_000.0 / perSecond));
        _ = _bench.BeginAsync(_bench.OpenLane());

        for (var passed = TimeSpan.Zero; passed < 30 * step; passed += step)
        {
            // A fifth of a second's worth was saved up while nothing was to do, and one is due at once.
            var allowed = 1 + (int)((passed.TotalSeconds + 0.2) * perSecond);
            await Until.TrueAsync(() => _bench.Backend.Asked >= allowed);
            Assert.That(_bench.Backend.Asked, Is.EqualTo(allowed));
            _bench.Time.Advance(step);
        }
    }

    [Test]
    public async Task Turn_InFlight_NeverMoreThanSaid()
    {
        _bench.Options.InFlightPerBackend = 3;
        using var go = new SemaphoreSlim(0);
        _bench.Backend.Waits = go.WaitAsync;
        _bench.Queue(10);
        var lane = _bench.OpenLane();

        var turn = _bench.BeginAsync(lane);

        await Until.TrueAsync(() => _bench.Backend.Asked == 3);
        go.Release();
        await Until.TrueAsync(() => _bench.Backend.Asked == 4);
        Assert.That(lane.UnderWay, Is.EqualTo(3));
        Assert.That(turn.IsCompleted, Is.False);
        go.Release(100);
        await turn;
    }

    [Test]
    public async Task Turn_Broken_ReadsNothing()
    {
        _bench.Options.FailuresBeforeBreak = 1;
        _bench.Backend.Says = _ => BackendRevocation.Unavailable;
        _bench.Queue(3);
        var lane = _bench.OpenLane();
        await _bench.TurnAsync(lane);
        var reads = _bench.Backlog.Reads;

        await _bench.TurnAsync(lane);

        Assert.That(_bench.Backlog.Reads, Is.EqualTo(reads));
    }
}
