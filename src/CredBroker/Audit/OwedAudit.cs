namespace CredBroker.Audit;

/// <summary>A line that the audit trail still owes.</summary>
/// <param name="Bucket">The bucket of the note.</param>
/// <param name="SubjectId">The lease or the task.</param>
/// <param name="Generation">The lease's generation with that transition, which tells it from a later one; 0 for a task.</param>
/// <param name="At">When its transition was.</param>
public sealed record OwedAudit(int Bucket, string SubjectId, long Generation, DateTimeOffset At);
