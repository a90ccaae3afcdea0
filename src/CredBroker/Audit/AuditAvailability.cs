namespace CredBroker.Audit;

/// <summary>What follows from an audit trail that cannot be written.</summary>
public static class AuditAvailability
{
    /// <summary>Refuses where it is known that nothing can be written now, so that nothing is begun which would have to be undone.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.AuditUnavailable"/>.</exception>
    public static void RequireAvailable(this IAuditLog audit)
    {
        if (!audit.IsAvailable) throw Refusal();
    }

    /// <summary>The refusal itself.</summary>
    public static RefusedException Refusal(Exception? fault = null) =>
        new(ErrorReason.AuditUnavailable, "The audit trail cannot be written now.", fault) { RetryAfter = TimeSpan.FromSeconds(1) };
}
