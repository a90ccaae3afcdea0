using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>What has become of some leases whose end is recorded. Whatever is in neither list is not confirmed.</summary>
/// <param name="Known">Those that were found, as they stand.</param>
/// <param name="Confirmed">Those that are dead.</param>
/// <param name="Irrevocable">Those that could not be revoked.</param>
public sealed record LeaseFate(IReadOnlyList<Lease> Known, IReadOnlyList<LeaseId> Confirmed, IReadOnlyList<LeaseId> Irrevocable)
{
    /// <summary>How many have come to their end.</summary>
    public int Settled => Confirmed.Count + Irrevocable.Count;
}
