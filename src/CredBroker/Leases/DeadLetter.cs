namespace CredBroker.Leases;

/// <summary>A lease whose backend would not revoke it.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="LastError">What the last try said, without secrets.</param>
/// <param name="NextAttemptAt">When it will be tried again.</param>
public sealed record DeadLetter(Lease Lease, int Attempts, string? LastError, DateTimeOffset? NextAttemptAt);
