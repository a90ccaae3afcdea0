namespace CredBroker.Tasks;

/// <summary>Asks to seal a task.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Reason">Why.</param>
public sealed record SealRequest(TaskId TaskId, EndReason Reason)
{
    /// <summary>The hash of the caller's token, where the caller is the task itself; null where the broker has checked the right already.</summary>
    public string? TokenHash { get; init; }

    /// <summary>How the task ended, in the caller's words.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>The operator or the orchestrator who ends it; null where nobody has to be named.</summary>
    public string? EndedBy { get; init; }

    /// <summary>Seal only if a deadline has really passed by the store's clock.</summary>
    public bool OnlyIfDue { get; init; }

    /// <summary>After how long somebody else goes on with the ending if the caller does not.</summary>
    public TimeSpan ResumeAfter { get; init; } = TimeSpan.FromSeconds(5);
}
