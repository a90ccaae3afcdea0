using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Server.Revocation;
using CredBroker.Testing.Broker;

namespace CredBroker.Server.Tests.Revocation;

/// <summary>The worker brings what is queued to its end, whatever its backend says, and keeps backends apart.</summary>
[TestFixture, Category("Unit"), Parallelizable(ParallelScope.Self)]
internal sealed class RevocationWorkerTests
{
    private const int Leases = 100;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongStep = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Test]
    public async Task Work_OneBackendHangs_TheOtherDoesNotWaitForIt()
    {
        await using var bench = new LaneBench("healthy", "dead");
        bench.Options.InFlightPerBackend = 4;
        bench.Backends[1].Waits = token => Task.Delay(Timeout.InfiniteTimeSpan, bench.Time, token);
        bench.Queue(Leases, backend: 1);
        using var worker = await StartAsync(bench);
        await Until.AdvancedAsync(bench.Time, Step, () => bench.Backends[1].Asked == 4);
        var begun = bench.Time.GetUtcNow();
        bench.Queue(Leases);

        await Until.AdvancedAsync(bench.Time, Step, () => bench.Backlog.Count("healthy", LeaseState.Revoked) == Leases);

        Assert.That(bench.Time.GetUtcNow() - begun, Is.LessThan(bench.Options.AttemptTimeout), "not even the first of the others has been given up");
        Assert.That((bench.Backends[1].Asked, bench.Backlog.Count("dead", LeaseState.Revoked)), Is.EqualTo((4, 0)));
        await worker.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Work_OneBackendIsBroken_TheOtherGoesOn()
    {
        await using var bench = new LaneBench("healthy", "dead");
        bench.Options.FailuresBeforeBreak = 3;
        bench.Options.BreakFor = TimeSpan.FromMinutes(10);
        bench.Backends[1].Says = _ => BackendRevocation.Unavailable;
        bench.Queue(Leases);
        bench.Queue(Leases, backend: 1);
        using var worker = await StartAsync(bench);

        await Until.AdvancedAsync(bench.Time, Step, () => bench.Backlog.Count("healthy", LeaseState.Revoked) == Leases);

        await Until.AdvancedAsync(bench.Time, Step, () => bench.Backends[1].Asked == 3);
        Assert.That(bench.Backlog.Count("dead", LeaseState.Revoking), Is.EqualTo(Leases));
        await worker.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Work_BackendWillNot_DeadLetterAfterTenAttemptsAndTheLastInstant()
    {
        await using var bench = new LaneBench("vault");
        bench.Backend.Says = _ => BackendRevocation.Failed;
        var lease = bench.Queue(1, life: TimeSpan.FromMinutes(40))[0];
        using var worker = await StartAsync(bench);

        await Until.AdvancedAsync(bench.Time, LongStep, () => bench.Backlog.AttemptsAt(lease.Id) >= 11);
        Assert.That((IsIrrevocable(bench, lease), bench.Time.GetUtcNow() < lease.MaxExpiresAt), Is.EqualTo((false, true)), "its time has not come");

        await Until.AdvancedAsync(bench.Time, LongStep, () => IsIrrevocable(bench, lease));
        Assert.That(bench.Time.GetUtcNow(), Is.GreaterThanOrEqualTo(lease.MaxExpiresAt));
        Assert.That(bench.Backlog.AttemptsAt(lease.Id), Is.GreaterThanOrEqualTo(10));
        await worker.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Work_PastTheLastInstant_TenAttemptsAllTheSameThenHourly()
    {
        await using var bench = new LaneBench("vault");
        bench.Backend.Says = _ => BackendRevocation.Failed;
        var lease = bench.Queue(1, life: -TimeSpan.FromMinutes(1))[0];
        using var worker = await StartAsync(bench);

        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(5), () => IsIrrevocable(bench, lease));
        Assert.That((bench.Backlog.AttemptsAt(lease.Id), bench.Backend.Asked), Is.EqualTo((10, 10)));
        var died = bench.Time.GetUtcNow();

        bench.Backend.Says = _ => BackendRevocation.Confirmed;
        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(30), () => bench.Backlog.Read(lease.Id).State == LeaseState.Revoked);
        Assert.That(bench.Time.GetUtcNow() - died, Is.GreaterThanOrEqualTo(Hour - TimeSpan.FromMinutes(1)));
        await worker.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Work_BackendAway_NeverADeadLetterForThat()
    {
        await using var bench = new LaneBench("vault");
        bench.Backend.Says = _ => BackendRevocation.Unavailable;
        var lease = bench.Queue(1, life: -Hour)[0];
        using var worker = await StartAsync(bench);

        await Until.AdvancedAsync(bench.Time, TimeSpan.FromSeconds(1), () => bench.Backend.Asked >= 20);

        Assert.That((IsIrrevocable(bench, lease), bench.Backlog.AttemptsAt(lease.Id)), Is.EqualTo((false, 0)).Or.EqualTo((false, 1)));
        await worker.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Work_CannotBeRevoked_ConfirmedAtItsExpiryAndNotBefore()
    {
        await using var bench = new LaneBench("vault");
        bench.Backend.Says = _ => BackendRevocation.NotRevocable;
        var lease = bench.Queue(1, life: TimeSpan.FromMinutes(10))[0];
        using var worker = await StartAsync(bench);

        await Until.TrueAsync(() => bench.Backend.Asked == 1);
        await Until.AdvancedAsync(bench.Time, LongStep, () => bench.Time.GetUtcNow() >= lease.ExpiresAt);
        Assert.That((bench.Backlog.Read(lease.Id).State, bench.Backend.Asked), Is.EqualTo((LeaseState.Revoking, 1)), "it may still work");

        await Until.AdvancedAsync(bench.Time, LongStep, () => bench.Backlog.Read(lease.Id).State == LeaseState.Revoked);
        Assert.That(bench.Backlog.AttemptsAt(lease.Id), Is.EqualTo(1), "only the one that it ended with counts");
        await worker.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Stop_WhileABackendIsAsked_AnotherBrokerNeedNotWait()
    {
        await using var bench = new LaneBench("vault");
        var waits = true;
        bench.Backend.Waits = token => waits ? Task.Delay(Timeout.InfiniteTimeSpan, bench.Time, token) : Task.CompletedTask;
        var lease = bench.Queue(1)[0];
        using var worker = await StartAsync(bench);
        await Until.TrueAsync(() => bench.Backend.Asked == 1);
        waits = false;

        await worker.StopAsync(CancellationToken.None);

        Assert.That(bench.Backlog.AttemptsAt(lease.Id), Is.Zero, "it was not the backend's fault");
        using var another = await StartAsync(bench);
        await Until.TrueAsync(() => bench.Backlog.Read(lease.Id).State == LeaseState.Revoked);
        await another.StopAsync(CancellationToken.None);
    }

    private static async Task<RevocationWorker> StartAsync(LaneBench bench)
    {
        var worker = bench.OpenWorker();
        await worker.StartAsync(CancellationToken.None);
        return worker;
    }

    private static bool IsIrrevocable(LaneBench bench, Lease lease) => bench.Backlog.Read(lease.Id).State == LeaseState.Irrevocable;
}
