namespace CredBroker.Client.Operators;

/// <summary>A lease whose backend would not revoke it.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="LastError">What the last try said, without secrets.</param>
/// <param name="NextAttemptAt">When it will be tried again by itself; null = not.</param>
public sealed record DeadLetter(LeaseInfo Lease, int Attempts, string LastError, DateTimeOffset? NextAttemptAt);
