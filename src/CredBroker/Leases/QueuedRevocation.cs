namespace CredBroker.Leases;

/// <summary>An entry of a revocation queue.</summary>
/// <param name="LeaseId">The lease.</param>
/// <param name="Priority">The class it waits in.</param>
public readonly record struct QueuedRevocation(LeaseId LeaseId, RevocationPriority Priority);
