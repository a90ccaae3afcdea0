using CredBroker.Audit;
using CredBroker.Conformance.Stores;
using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Server.Tests.Storage.Forms;
using CredBroker.Tasks;
using CredBroker.Testing.Audit;

namespace CredBroker.Server.Tests.Storage;

/// <summary>The fence of a quarantine does not wait for a broker that died over it, and outlives no release.</summary>
[TestFixture]
public sealed class QuarantineFenceTests() : StoreConformance(StoreForms.Redis)
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private readonly RecordingAuditLog _audit = new();

    [Test]
    public async Task Complete_OrderIsHeldByABrokerThatDied_TheFenceStandsAndTheRestIsOwed()
    {
        var quarantine = await QuarantineAsync();
        Assert.That(await Broker.Orders.TryHoldAsync(quarantine.OrderId, "dead", Long, None), Is.True);

        await QuarantiningOn(Broker.Fences).CompleteAsync(quarantine, None);

        Assert.That(await IsFencedAsync(quarantine), Is.True);
        Assert.That(await FindAsync(quarantine), Is.EqualTo(quarantine), "its order is still owed");
        Assert.That(LinesOf(quarantine), Is.Empty);
    }

    [Test]
    public async Task Complete_ReleasedLongAgo_RaisesNothing()
    {
        var quarantine = await QuarantineAsync();
        var quarantining = QuarantiningOn(Broker.Fences);
        await quarantining.CompleteAsync(quarantine, None);
        await quarantining.ReleaseAsync((await FindAsync(quarantine))!, AuditActor.System, "mended", None);

        await quarantining.CompleteAsync(quarantine, None);

        Assert.That(await IsFencedAsync(quarantine), Is.False);
        Assert.That(LinesOf(quarantine), Is.EqualTo(new[] { AuditEventType.WorkloadQuarantined, AuditEventType.QuarantineReleaseAllowed }));
    }

    [Test]
    public async Task Complete_ReleasedBetweenTheLookAndTheFence_LeavesNone()
    {
        var quarantine = await QuarantineAsync();
        var sound = QuarantiningOn(Broker.Fences);
        var slow = QuarantiningOn(new LateFences(Broker.Fences, async () =>
        {
            await sound.CompleteAsync(quarantine, None);
            await sound.ReleaseAsync((await FindAsync(quarantine))!, AuditActor.System, "mended", None);
        }));

        await slow.CompleteAsync(quarantine, None);

        Assert.That(await IsFencedAsync(quarantine), Is.False);
        Assert.That(LinesOf(quarantine), Is.EqualTo(new[] { AuditEventType.WorkloadQuarantined, AuditEventType.QuarantineReleaseAllowed }));
    }

    [Test]
    public async Task Complete_ReleaseIsOnRecordBeforeTheFence_LeavesNone()
    {
        var quarantine = await QuarantineAsync();
        var slow = QuarantiningOn(new LateFences(Broker.Fences, async () => Assert.That(
            await Broker.Quarantines.ChangeAsync(quarantine, quarantine with { IsOwed = false, IsReleased = true }, None), Is.True)));

        await slow.CompleteAsync(quarantine, None);

        Assert.That(await IsFencedAsync(quarantine), Is.False);
        Assert.That(LinesOf(quarantine), Is.Empty);
    }

    private Quarantining QuarantiningOn(IFenceStore fences) =>
        new(Broker.Quarantines, new NoTasks(), fences, OrdersOn.DrainOf(Broker, _audit), _audit, TimeProvider.System);

    private async Task<Quarantine> QuarantineAsync()
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var proposed = new Quarantine
        {
            Tenant = "acme",
            Workload = $"spiffe://acme.example/{Guid.NewGuid():N}",
            OrderId = OrderId.New(now),
            FenceId = FenceId.New(now),
            At = now,
            Refusals = 1,
            LastReason = "POLICY_DENIED",
            IsOwed = true,
        };
        var counted = await Broker.Quarantines.CountWorkloadAsync(proposed.Tenant, proposed.Workload, proposed, most: 1, Long, None);
        return counted.Quarantine!;
    }

    private Task<Quarantine?> FindAsync(Quarantine quarantine) => Broker.Quarantines.FindOfWorkloadAsync(quarantine.Tenant, quarantine.Workload, None);

    private async Task<bool> IsFencedAsync(Quarantine quarantine)
    {
        var inBuckets = await Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => Broker.Fences.ReadAsync(bucket, None)));
        var standing = inBuckets.Select(fences => fences.Fences.Any(fence => fence.Id == quarantine.FenceId)).Distinct().ToList();
        Assert.That(standing, Has.Count.EqualTo(1), "everywhere or nowhere");
        Assert.That((await Broker.Fences.ListAsync(None)).Any(fence => fence.Id == quarantine.FenceId), Is.EqualTo(standing[0]));
        return standing[0];
    }

    private IEnumerable<AuditEventType> LinesOf(Quarantine quarantine) =>
        [.. _audit.Events.Where(line => line.Details.TryGetValue("fence", out var fence) && fence == quarantine.FenceId.Value).Select(line => line.Type)];

    /// <summary>Fences of a broker to which something happens just before it raises one.</summary>
    private sealed class LateFences(IFenceStore inner, Func<Task> before) : IFenceStore
    {
        public async Task<Fence> RaiseAsync(Fence fence, CancellationToken cancellationToken)
        {
            await before();
            return await inner.RaiseAsync(fence, cancellationToken);
        }

        public Task<bool> LiftAsync(FenceId id, CancellationToken cancellationToken) => inner.LiftAsync(id, cancellationToken);

        public Task<IReadOnlyList<Fence>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

        public Task<FenceSet> ReadAsync(int bucket, CancellationToken cancellationToken) => inner.ReadAsync(bucket, cancellationToken);
    }

    /// <summary>A workload is in quarantine as a whole; nobody asks for its tasks.</summary>
    private sealed class NoTasks : ITaskIndex
    {
        public Task<BucketPage<TaskPosition>> ListAsync(int bucket, TaskPosition? after, int take, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<AgentTask>> ReadAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
