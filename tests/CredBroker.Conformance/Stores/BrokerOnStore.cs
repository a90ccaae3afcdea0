using CredBroker.Approvals;
using CredBroker.Attestation;
using CredBroker.Audit;
using CredBroker.Issuance;
using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>What one broker has of a store.</summary>
public sealed class BrokerOnStore(IAsyncDisposable lifetime) : IAsyncDisposable
{
    public required ITaskStore Tasks { get; init; }

    public required ILeaseStore Leases { get; init; }

    public required ILeaseIndex Index { get; init; }

    public required IWorkloadLeases Workloads { get; init; }

    public required IDueIndex Due { get; init; }

    public required IFenceStore Fences { get; init; }

    public required IRevocationBacklog Backlog { get; init; }

    public required IWorkloadQuota Quota { get; init; }

    public required IReplayMemory Replays { get; init; }

    public required IOrderStore Orders { get; init; }

    public required IOrderLedger Ledger { get; init; }

    public required IPreviewStore Previews { get; init; }

    public required IQuarantineStore Quarantines { get; init; }

    public required ITighteningStore Passes { get; init; }

    public required IDeadLetters DeadLetters { get; init; }

    public required IApprovalStore Approvals { get; init; }

    public required IApprovalPlaces Places { get; init; }

    public required IApprovalIndex ApprovalIndex { get; init; }

    public required IAuditOutbox Outbox { get; init; }

    public required IRevocationLog Log { get; init; }

    public required IStoreClock StoreClock { get; init; }

    public required ShiftedClock Clock { get; init; }

    public ValueTask DisposeAsync() => lifetime.DisposeAsync();
}
