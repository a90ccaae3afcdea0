namespace CredBroker.Leases;

/// <summary>What came of counting a refusal.</summary>
/// <param name="Quarantine">The quarantine that the task, or one above it, is in now; null = none.</param>
/// <param name="IsNew">Whether this very refusal put it there.</param>
public sealed record RefusalCount(Quarantine? Quarantine, bool IsNew);
