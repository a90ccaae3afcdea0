using CredBroker.Policy;

namespace CredBroker.Approvals;

/// <summary>What people are asked to agree to, and how far they have come. Its time is fixed when it is made: agreeing late does not make it longer.</summary>
public sealed record ApprovalRequest
{
    /// <summary>Its id.</summary>
    public required ApprovalId Id { get; init; }

    /// <summary>What is asked for.</summary>
    public required ApprovalAction Action { get; init; }

    /// <summary>The attestor that proved the workload.</summary>
    public required string Attestor { get; init; }

    /// <summary>What the workload is.</summary>
    public required WorkloadKind Kind { get; init; }

    /// <summary>What its task is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>Who has to agree.</summary>
    public required IReadOnlyList<ApprovalNeed> Needs { get; init; }

    /// <summary>Who must not: the names of those who opened the task, the tasks above it, or are behind them.</summary>
    public required IReadOnlyList<string> Barred { get; init; }

    /// <summary>Where it stands.</summary>
    public ApprovalState State { get; init; } = ApprovalState.Pending;

    /// <summary>Rises with every change.</summary>
    public long Generation { get; init; } = 1;

    /// <summary>When it was made, by the store's clock.</summary>
    public DateTimeOffset AskedAt { get; init; }

    /// <summary>Until when it can be agreed to, and used.</summary>
    public DateTimeOffset LapsesAt { get; init; }

    /// <summary>What people have said, in their order.</summary>
    public IReadOnlyList<ApprovalVote> Votes { get; init; } = [];

    /// <summary>What it was used for: the lease, or nothing for a tool's call.</summary>
    public LeaseId? UsedFor { get; init; }

    /// <summary>When it was used, and its generation then; null where it was not.</summary>
    public (DateTimeOffset At, long Generation)? Used { get; init; }

    /// <summary>When it lapsed, and its generation then; null where it did not.</summary>
    public (DateTimeOffset At, long Generation)? Lapsed { get; init; }

    /// <summary>Whether something may still become of it.</summary>
    public bool IsOpen => State is ApprovalState.Pending or ApprovalState.Approved;

    /// <summary>Who has agreed so far.</summary>
    public IEnumerable<string> ApprovedBy => Votes.Where(vote => vote.Agrees).Select(vote => vote.By);
}
