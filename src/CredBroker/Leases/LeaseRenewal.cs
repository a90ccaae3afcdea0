namespace CredBroker.Leases;

/// <summary>A renewal about to be recorded.</summary>
/// <param name="TokenHash">Hash of the task token that asks; the store compares it.</param>
/// <param name="Ttl">How long from now the lease is to live; it never gets shorter by that.</param>
/// <param name="FenceEpoch">The fences that were evaluated; another epoch in the store is refused.</param>
public sealed record LeaseRenewal(string TokenHash, TimeSpan Ttl, long FenceEpoch)
{
    /// <summary>How long from now the backend lets the credential live, where that is the end of it whatever was promised before; null = it says nothing.</summary>
    public TimeSpan? Granted { get; init; }
}
