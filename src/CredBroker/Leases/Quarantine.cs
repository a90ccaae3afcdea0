namespace CredBroker.Leases;

/// <summary>
/// A task that was refused too often in a while, with everything below it, or a workload whose tasks were, with all of them: nothing is
/// issued or renewed, and what was issued is revoked, until an operator releases it.
/// </summary>
public sealed record Quarantine
{
    /// <summary>What a task in quarantine hears.</summary>
    public const string TaskSentence = "The task is in quarantine: it was refused too often. An operator can release it.";

    /// <summary>What a task of a workload in quarantine hears.</summary>
    public const string WorkloadSentence = "The workload is in quarantine: its tasks were refused too often. An operator can release it.";

    /// <summary>The task; null = the workload as a whole.</summary>
    public TaskId? TaskId { get; init; }

    /// <summary>Its tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Its attested subject.</summary>
    public required string Workload { get; init; }

    /// <summary>The order that revokes its leases.</summary>
    public required OrderId OrderId { get; init; }

    /// <summary>The fence that keeps it from more.</summary>
    public required FenceId FenceId { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How many refusals were too many.</summary>
    public required int Refusals { get; init; }

    /// <summary>The reason of the last of them.</summary>
    public required string LastReason { get; init; }

    /// <summary>The order, or its line in the audit trail, is not known to be on record yet.</summary>
    public bool IsOwed { get; init; }

    /// <summary>When somebody last began to release it; null = nobody has.</summary>
    public DateTimeOffset? ReleaseBegunAt { get; init; }

    /// <summary>Its release is in the audit trail: its fence and this record are all that is left to go.</summary>
    public bool IsReleased { get; init; }

    /// <summary>What it keeps from more.</summary>
    public LeaseSelector Selector =>
        TaskId is { } task ? new LeaseSelector { Tenant = Tenant, TaskId = task } : new LeaseSelector { Tenant = Tenant, Workload = Workload };

    /// <summary>The refusal of whatever asks for more.</summary>
    public RefusedException ToRefusal() => new(ErrorReason.Quarantined, TaskId is null ? WorkloadSentence : TaskSentence);
}
