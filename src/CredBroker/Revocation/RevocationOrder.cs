using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>A mass revocation: durable before its fence is raised, so that another broker goes on where one dies. Of a quarantine, its own record is that.</summary>
public sealed record RevocationOrder
{
    /// <summary>Its id.</summary>
    public required OrderId Id { get; init; }

    /// <summary>What it matches: any of these.</summary>
    public required IReadOnlyList<LeaseSelector> Selectors { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>What its leases die of: an operator's word, or <see cref="EndReason.Quarantined"/>, which is the broker's own.</summary>
    public EndReason Cause { get; init; } = EndReason.Operator;

    /// <summary>Who ordered it.</summary>
    public required string OrderedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset OrderedAt { get; init; }

    /// <summary>Its fence.</summary>
    public required FenceId FenceId { get; init; }

    /// <summary>How far it has come.</summary>
    public OrderState State { get; init; } = OrderState.Fencing;

    /// <summary>Buckets that are drained.</summary>
    public int DrainedBuckets { get; init; }

    /// <summary>Leases that it has found and whose end is recorded.</summary>
    public long Fenced => Dead + Confirmed + Unconfirmed + Irrevocable;

    /// <summary>Broker tokens among them: dead at once.</summary>
    public long Dead { get; init; }

    /// <summary>Those whose backend has confirmed.</summary>
    public long Confirmed { get; init; }

    /// <summary>Those whose backend has not confirmed yet.</summary>
    public long Unconfirmed { get; init; }

    /// <summary>Those that could not be revoked.</summary>
    public long Irrevocable { get; init; }

    /// <summary>When the last scan found nothing more.</summary>
    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>Whether the audit trail holds its lines up to its state.</summary>
    public OrderState? AuditedUpTo { get; init; }

    /// <summary>Whether anything is left to do for it.</summary>
    public bool IsOpen => !IsDrained || Unconfirmed > 0;

    /// <summary>Whether it has found all that it matches, and that is on record.</summary>
    public bool IsDrained => State == OrderState.Done && AuditedUpTo == State;

    /// <summary>Its fence as it is raised.</summary>
    public Fence ToFence() => new()
    {
        Id = FenceId,
        Selectors = Selectors,
        Reason = Reason,
        RaisedBy = OrderedBy,
        RaisedAt = OrderedAt,
        IsQuarantine = Cause == EndReason.Quarantined,
    };

    /// <summary>Whether nothing has happened to it since another look.</summary>
    public bool IsAsFarAs(RevocationOrder other) => (DrainedBuckets, AuditedUpTo) == (other.DrainedBuckets, other.AuditedUpTo) && TellsAsMuchAs(other);

    /// <summary>Whether those who watch it would see no difference to another look.</summary>
    public bool TellsAsMuchAs(RevocationOrder other) =>
        (State, Dead, Confirmed, Unconfirmed, Irrevocable) == (other.State, other.Dead, other.Confirmed, other.Unconfirmed, other.Irrevocable);
}
