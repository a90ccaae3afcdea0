namespace CredBroker.Leases;

/// <summary>What a revocation would hit.</summary>
public sealed class BlastRadius
{
    /// <summary>Above this many leases the previewed count has to be given back.</summary>
    public const long ConfirmAbove = 100;

    /// <summary>Values that are told of each dimension; what is left goes into <see cref="Others"/>.</summary>
    public const int MaxValues = 100;

    /// <summary>Stands for all values beyond the largest.</summary>
    public const string Others = "(others)";

    private const int MaxSamples = 10;
    private readonly Dictionary<string, long> _templates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _targets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _workloads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _backends = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _revocabilities = new(StringComparer.Ordinal);
    private readonly List<LeaseId> _samples = [];

    /// <summary>Leases that match.</summary>
    public long Total { get; private set; }

    /// <summary>By template, the largest first.</summary>
    public IReadOnlyDictionary<string, long> ByTemplate => Largest(_templates);

    /// <summary>By target, the largest first.</summary>
    public IReadOnlyDictionary<string, long> ByTarget => Largest(_targets);

    /// <summary>By attested subject, the largest first.</summary>
    public IReadOnlyDictionary<string, long> ByWorkload => Largest(_workloads);

    /// <summary>By backend, the largest first.</summary>
    public IReadOnlyDictionary<string, long> ByBackend => Largest(_backends);

    /// <summary>By revocability.</summary>
    public IReadOnlyDictionary<string, long> ByRevocability => _revocabilities;

    /// <summary>When the oldest was issued.</summary>
    public DateTimeOffset? Oldest { get; private set; }

    /// <summary>When the newest was issued.</summary>
    public DateTimeOffset? Newest { get; private set; }

    /// <summary>Some of them.</summary>
    public IReadOnlyList<LeaseId> Samples => _samples;

    /// <summary>Counts one lease.</summary>
    internal void Add(Lease lease)
    {
        Total++;
        Count(_templates, lease.Terms.Template);
        Count(_targets, lease.Terms.Target);
        Count(_workloads, lease.Terms.Workload);
        Count(_backends, lease.Terms.Backend);
        Count(_revocabilities, lease.Terms.Revocability.ToString().ToLowerInvariant());
        if (Oldest is null || lease.IssuedAt < Oldest) Oldest = lease.IssuedAt;
        if (Newest is null || lease.IssuedAt > Newest) Newest = lease.IssuedAt;
        if (_samples.Count < MaxSamples) _samples.Add(lease.Id);
    }

    private static Dictionary<string, long> Largest(Dictionary<string, long> by)
    {
        if (by.Count <= MaxValues) return by;
        var largest = by.OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal).Take(MaxValues - 1).ToDictionary(StringComparer.Ordinal);
        largest[Others] = by.Values.Sum() - largest.Values.Sum();
        return largest;
    }

    private static void Count(Dictionary<string, long> by, string value) => by[value] = by.GetValueOrDefault(value) + 1;
}
