using CredBroker.Approvals;
using CredBroker.Audit;
using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Testing.Audit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Revocation;

/// <summary>What ends leases and tasks, over a store in memory.</summary>
internal sealed class EndingBench : IDueIndex, IWorkloadQuota, IAuditOutbox, IDisposable
{
    public EndingBench()
    {
        var transitions = new TransitionAudit(new RecordingAuditLog(), this, Time, NullLogger<TransitionAudit>.Instance);
        var approvals = new NoApprovals();
        var revoker = new LeaseRevoker(Leases, this, transitions);
        Ender = new TaskEnder(Tasks, Leases, Leases, revoker, transitions, new ApprovalSweep(approvals, approvals, new ApprovalAudit(new RecordingAuditLog(), this), NullLogger<ApprovalSweep>.Instance), Time);
        Confirmation = new TaskConfirmation(new LeaseFates(Leases, Leases), Time);
        Expirer = new Expirer(this, revoker, Ender, NullLogger<Expirer>.Instance);
    }

    /// <summary>What the clock shows at first.</summary>
    public DateTimeOffset Started { get; } = new(2026, 3, 14, 8, 0, 0, TimeSpan.Zero);

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 14, 8, 0, 0, TimeSpan.Zero));

    public StubTasks Tasks { get; } = new();

    public StubLeases Leases { get; } = new();

    public TaskEnder Ender { get; }

    public TaskConfirmation Confirmation { get; }

    public Expirer Expirer { get; }

    /// <summary>What the next turns find due.</summary>
    public IReadOnlyList<DueBatch> Due { get; set; } = [];

    public Task<IReadOnlyList<DueBatch>> ReadDueAsync(int perBucket, CancellationToken cancellationToken) => Task.FromResult(Due);

    public Task<bool> TakeAsync(LeaseIntent intent, int limit, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task ReturnAsync(IReadOnlyList<(LeaseId Id, LeaseTerms Terms)> leases, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<OwedAudit>> ReadOwedAsync(TimeSpan age, int perBucket, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<OwedAudit>>([]);

    public Task SettleAsync(IReadOnlyList<OwedAudit> owed, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => Expirer.Dispose();
}
