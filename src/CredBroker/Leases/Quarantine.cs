namespace CredBroker.Leases;

/// <summary>
/// A task that was refused too often in a while, with everything below it: nothing is issued or renewed, and what was issued is revoked,
/// until an operator releases it.
/// </summary>
public sealed record Quarantine
{
    /// <summary>What the task hears.</summary>
    public const string Sentence = "The task is in quarantine: it was refused too often. An operator can release it.";

    /// <summary>The task.</summary>
    public required TaskId TaskId { get; init; }

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

    /// <summary>The refusal of whatever asks for more.</summary>
    public static RefusedException Refusal() => new(ErrorReason.Quarantined, Sentence);
}
