namespace CredBroker.Leases;

/// <summary>What came of counting a refusal of a workload.</summary>
/// <param name="Count">How many there were within the while; 0 where none is counted, because the workload is in quarantine.</param>
/// <param name="Quarantine">The quarantine that the workload is in now; null = none.</param>
/// <param name="IsNew">Whether this very refusal put it there.</param>
public sealed record WorkloadRefusalCount(long Count, Quarantine? Quarantine, bool IsNew);
