namespace CredBroker.Server.Storage;

/// <summary>What the whole store held when it was last looked at.</summary>
internal sealed record StoreFigures
{
    /// <summary>When it was begun to be looked at, by the broker's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What waits for backends.</summary>
    public required IReadOnlyList<QueueFigures> Queues { get; init; }

    /// <summary>Leases that no backend would revoke.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>Revocation orders that are not through.</summary>
    public required long OpenOrders { get; init; }

    /// <summary>Fences that stand.</summary>
    public required long Fences { get; init; }

    /// <summary>Tasks and workloads in quarantine.</summary>
    public required long Quarantined { get; init; }

    /// <summary>Requests that people have not answered.</summary>
    public required long PendingApprovals { get; init; }

    /// <summary>Transitions whose audit line is not known to be durable.</summary>
    public required long OwedLines { get; init; }

    /// <summary>How old the oldest of them is; null = there are none.</summary>
    public required TimeSpan? OldestOwed { get; init; }
}
