namespace CredBroker.Leases;

/// <summary>A page of a scan.</summary>
/// <param name="Leases">The matching ones among the live leases of the page: it may be empty and not the last.</param>
/// <param name="Next">Where the next page starts; null = this was the last.</param>
public sealed record LeaseScan(IReadOnlyList<Lease> Leases, string? Next);
