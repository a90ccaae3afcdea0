namespace CredBroker;

/// <summary>Places in one bucket, in order.</summary>
/// <param name="Positions">The places; empty only where it is the last page.</param>
/// <param name="IsLast">Nothing comes after them.</param>
public sealed record BucketPage<TPosition>(IReadOnlyList<TPosition> Positions, bool IsLast);
