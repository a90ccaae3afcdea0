namespace CredBroker.Leases;

/// <summary>A lease that this broker may now ask a backend to revoke.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Priority">The class it waited in.</param>
/// <param name="Claim">Tells this claim from a later one.</param>
/// <param name="Attempts">How often it has been tried, this time included; what did not count is left out.</param>
/// <param name="At">The store's time of the claim.</param>
public sealed record ClaimedRevocation(Lease Lease, RevocationPriority Priority, long Claim, int Attempts, DateTimeOffset At);
