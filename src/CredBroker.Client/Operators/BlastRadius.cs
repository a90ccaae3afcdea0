namespace CredBroker.Client.Operators;

/// <summary>What a revocation would hit: live leases, counted.</summary>
/// <param name="Total">Leases that match.</param>
/// <param name="ByTemplate">By template.</param>
/// <param name="ByTarget">By target.</param>
/// <param name="ByWorkload">By attested subject.</param>
/// <param name="ByBackend">By backend.</param>
/// <param name="ByRevocability">By revocability: <c>instant</c>, <c>bounded</c>, <c>none</c>.</param>
/// <param name="Oldest">When the oldest was issued; null where none matches.</param>
/// <param name="Newest">When the newest was issued; null where none matches.</param>
/// <param name="Samples">Ids of some of them.</param>
public sealed record BlastRadius(
    long Total,
    IReadOnlyDictionary<string, long> ByTemplate,
    IReadOnlyDictionary<string, long> ByTarget,
    IReadOnlyDictionary<string, long> ByWorkload,
    IReadOnlyDictionary<string, long> ByBackend,
    IReadOnlyDictionary<string, long> ByRevocability,
    DateTimeOffset? Oldest,
    DateTimeOffset? Newest,
    IReadOnlyList<string> Samples);
