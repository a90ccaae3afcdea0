namespace CredBroker.Leases;

/// <summary>Some leases of a task.</summary>
/// <param name="Leases">The leases.</param>
/// <param name="Next">Where the next page starts; null = this was the last.</param>
public sealed record LeasePage(IReadOnlyList<Lease> Leases, long? Next)
{
    /// <summary>How many leases are read at a time by those who walk over many.</summary>
    public const int Size = 100;
}
