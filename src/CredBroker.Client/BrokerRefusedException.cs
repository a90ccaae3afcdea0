namespace CredBroker.Client;

/// <summary>The broker answered, and the answer is no.</summary>
public sealed class BrokerRefusedException : BrokerException
{
    /// <summary>A refusal.</summary>
    /// <param name="reason">The broker's reason, such as <c>POLICY_DENIED</c>.</param>
    /// <param name="message">The broker's sentence for the caller.</param>
    /// <param name="retryAfter">When it is worth trying again; null = the broker does not say.</param>
    /// <param name="innerException">What the transport reported.</param>
    public BrokerRefusedException(string reason, string message, TimeSpan? retryAfter = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Reason = reason;
        RetryAfter = retryAfter;
    }

    /// <summary>Why: one of the upper-case words of the broker's error list, such as <c>POLICY_DENIED</c> or <c>TASK_ENDED</c>.</summary>
    public string Reason { get; }

    /// <summary>When it is worth trying again; null = the broker does not say.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the same request may succeed later, unchanged.</summary>
    public bool IsTransient => RetryAfter is not null
        || Reason is "QUOTA_EXCEEDED" or "RATE_LIMITED" or "CONCURRENT_UPDATE"
        || Reason.EndsWith("_UNAVAILABLE", StringComparison.Ordinal);
}
