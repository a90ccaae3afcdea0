namespace CredBroker.Leases;

/// <summary>Asks for the end of some leases of one bucket.</summary>
/// <param name="Leases">The leases, as they were read; at most <see cref="MaxLeases"/>.</param>
/// <param name="Reason">Why.</param>
/// <param name="Priority">How urgently backends are asked.</param>
public sealed record RevokeRequest(IReadOnlyList<Lease> Leases, EndReason Reason, RevocationPriority Priority)
{
    /// <summary>The most that one call takes. Each costs the store up to 0.1 ms, in which it serves nobody else.</summary>
    public const int MaxLeases = 25;

    /// <summary>Only those whose time has really passed by the store's clock.</summary>
    public bool OnlyIfDue { get; init; }
}
