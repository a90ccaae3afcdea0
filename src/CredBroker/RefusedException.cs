namespace CredBroker;

/// <summary>
/// The one exception by which the broker refuses. <see cref="Exception.Message"/> is written for the caller and holds
/// no secret and no inner message; what went wrong inside is the inner exception, which is logged and never returned.
/// </summary>
public sealed class RefusedException : Exception
{
    /// <summary>Refuses with a reason and a sentence for the caller.</summary>
    public RefusedException(ErrorReason reason, string message, Exception? innerException = null)
        : base(message, innerException) => Reason = reason;

    /// <summary>Why.</summary>
    public ErrorReason Reason { get; }

    /// <summary>When it is worth trying again; null = do not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Which fields of the request are wrong, for <see cref="ErrorReason.InvalidRequest"/>.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; init; } = [];

    /// <summary>Facts for programs, such as a lease id. Never a secret.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Facts for the audit trail alone: what it was decided by. Never a secret.</summary>
    public IReadOnlyDictionary<string, string> Noted { get; init; } = new Dictionary<string, string>();

    /// <summary>It comes of how much is live at this moment alone. Whoever works at a bound meets such refusals, so they tell nothing bad of a task.</summary>
    public bool IsOfBound { get; init; }

    /// <summary>Whether it is certain that what was to be made does not exist. False = nobody knows.</summary>
    public bool MadeNothing { get; init; }

    /// <summary>Whether its line has been asked of the audit trail, so that nobody does so twice.</summary>
    public bool IsRecorded { get; internal set; }

    /// <summary>Refuses a request whose field is wrong.</summary>
    public static RefusedException Invalid(string field, string description) =>
        new(ErrorReason.InvalidRequest, $"{field}: {description}") { Violations = [new FieldViolation(field, description)] };
}
