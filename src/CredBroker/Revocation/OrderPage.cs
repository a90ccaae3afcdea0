using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>Leases of one bucket that an order is revoking.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Minted">Tokens of the broker's own: dead with the record of their end.</param>
/// <param name="Made">What backends have made, and have to confirm.</param>
public sealed record OrderPage(int Bucket, IReadOnlyList<LeaseId> Minted, IReadOnlyList<LeaseId> Made)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<LeaseId> Leases => [.. Minted, .. Made];

    /// <summary>Whether it holds nothing.</summary>
    public bool IsEmpty => Minted.Count + Made.Count == 0;

    /// <summary>No leases of a bucket.</summary>
    public static OrderPage None(int bucket) => new(bucket, [], []);

    /// <summary>Some leases of a bucket.</summary>
    public static OrderPage Of(int bucket, IReadOnlyList<Lease> leases) => new(
        bucket,
        [.. leases.Where(lease => lease.Terms.IsBrokerMinted).Select(lease => lease.Id)],
        [.. leases.Where(lease => !lease.Terms.IsBrokerMinted).Select(lease => lease.Id)]);
}
