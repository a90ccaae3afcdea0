namespace CredBroker.Audit;

/// <summary>One fact. It never holds a secret; long or free text is the caller's claim and stands under its own name.</summary>
public sealed record AuditEvent
{
    /// <summary>What happened.</summary>
    public required AuditEventType Type { get; init; }

    /// <summary>When, by the broker's clock, or by the store's where the store decided.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Who acted.</summary>
    public required AuditActor Actor { get; init; }

    /// <summary>The task, if any.</summary>
    public string? TaskId { get; init; }

    /// <summary>The lease, if any.</summary>
    public string? LeaseId { get; init; }

    /// <summary>The reason of a refusal, by its wire name, or of an end.</summary>
    public string? Reason { get; init; }

    /// <summary>A sentence for people.</summary>
    public string? Message { get; init; }

    /// <summary>Further facts by name.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}
