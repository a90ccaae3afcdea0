using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Server.Revocation;
using CredBroker.Testing.Audit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Revocation;

/// <summary>Orders in memory over a store without leases of its own, and the worker that carries them through. A fence can be held up.</summary>
internal sealed class OrderBench : IOrderStore, IOrderLedger, IFenceStore, ILeaseIndex
{
    private readonly Lock _gate = new();
    private readonly Dictionary<OrderId, RevocationOrder> _orders = [];
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the clock shows at first.</summary>
    public DateTimeOffset Started { get; } = new(2026, 3, 14, 8, 0, 0, TimeSpan.Zero);

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 14, 8, 0, 0, TimeSpan.Zero));

    /// <summary>The fence that cannot be raised until <see cref="LetGo"/>.</summary>
    public FenceId? HeldFence { get; set; }

    /// <summary>How often it was looked at what backends have confirmed.</summary>
    public int Looks { get; private set; }

    public OrderWorker OpenWorker()
    {
        var audit = new RecordingAuditLog();
        var nothing = new NothingElse();
        var revoker = new LeaseRevoker(nothing, nothing, new TransitionAudit(audit, nothing, Time, NullLogger<TransitionAudit>.Instance));
        var sweep = new OrderSweep(this, this, this, new LeaseSweep(this), revoker, Time);
        var drain = new OrderDrain(this, this, sweep, new OrderConfirmation(this, this, new LeaseFates(this, nothing)), audit);
        return new OrderWorker(this, drain, Time, NullLogger<OrderWorker>.Instance);
    }

    public RevocationOrder Add(OrderState state = OrderState.Fencing, long unconfirmed = 0)
    {
        var now = Time.GetUtcNow();
        var order = new RevocationOrder
        {
            Id = OrderId.New(now),
            Selectors = [new LeaseSelector { Tenant = "payments" }],
            Reason = "drill",
            OrderedBy = "somebody",
            OrderedAt = now,
            FenceId = FenceId.New(now),
            State = state,
            Unconfirmed = unconfirmed,
            AuditedUpTo = state == OrderState.Done ? OrderState.Done : null,
        };
        lock (_gate) _orders.Add(order.Id, order);
        return order;
    }

    public RevocationOrder Read(OrderId id)
    {
        lock (_gate) return _orders[id];
    }

    public void LetGo() => _held.TrySetResult();

    public async Task<Fence> RaiseAsync(Fence fence, CancellationToken cancellationToken)
    {
        if (fence.Id == HeldFence) await _held.Task.WaitAsync(cancellationToken);
        return fence;
    }

    public Task<bool> SaveAsync(RevocationOrder order, string holder, CancellationToken cancellationToken)
    {
        lock (_gate) _orders[order.Id] = order;
        return Task.FromResult(true);
    }

    public Task<RevocationOrder?> FindAsync(OrderId id, CancellationToken cancellationToken) => Task.FromResult<RevocationOrder?>(Read(id));

    public Task<IReadOnlyList<RevocationOrder>> ListOpenAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return Task.FromResult<IReadOnlyList<RevocationOrder>>([.. _orders.Values.Where(order => order.IsOpen)]);
    }

    public Task<bool> TryHoldAsync(OrderId id, string holder, TimeSpan hold, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<IReadOnlyList<LeaseId>> SampleUnconfirmedAsync(OrderId id, int count, CancellationToken cancellationToken)
    {
        Looks++;
        return Task.FromResult<IReadOnlyList<LeaseId>>([]);
    }

    public Task<BeginOutcome.Replay?> FindByKeyAsync(TaskId taskId, string keyHash, string requestDigest, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<Lease>> ReadAsync(IReadOnlyList<LeaseId> ids, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Lease>>([]);

    public Task<IReadOnlyList<OrderPage>> ReadInHandAsync(OrderId id, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<OrderPage>>([]);

    public Task<LeaseScan> ScanAsync(int bucket, LeaseSelector selector, string? after, int take, CancellationToken cancellationToken) =>
        Task.FromResult(new LeaseScan([], null));

    public Task<bool> TurnPageAsync(OrderId id, string holder, OrderPage inHand, OrderPage next, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> SettleAsync(
        OrderId id, string holder, IReadOnlyList<LeaseId> confirmed, IReadOnlyList<LeaseId> irrevocable, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<bool> LiftAsync(FenceId id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Fence>> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<FenceSet> ReadAsync(int bucket, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<BucketPage<LeasePosition>> ListAsync(
        int bucket, LeaseSelector selector, LeasePosition? after, int take, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
