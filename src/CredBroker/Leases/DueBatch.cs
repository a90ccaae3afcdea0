namespace CredBroker.Leases;

/// <summary>What is due in one bucket.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Leases">Leases, as they stand.</param>
/// <param name="Tasks">Tasks.</param>
public sealed record DueBatch(int Bucket, IReadOnlyList<Lease> Leases, IReadOnlyList<TaskId> Tasks);
