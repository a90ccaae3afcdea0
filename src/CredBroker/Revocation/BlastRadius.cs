using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>What a revocation would hit.</summary>
public sealed class BlastRadius
{
    private const int MaxSamples = 10;
    private readonly Dictionary<string, long> _templates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _targets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _workloads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _backends = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _revocabilities = new(StringComparer.Ordinal);
    private readonly List<LeaseId> _samples = [];

    /// <summary>Leases that match.</summary>
    public long Total { get; private set; }

    /// <summary>By template.</summary>
    public IReadOnlyDictionary<string, long> ByTemplate => _templates;

    /// <summary>By target.</summary>
    public IReadOnlyDictionary<string, long> ByTarget => _targets;

    /// <summary>By attested subject.</summary>
    public IReadOnlyDictionary<string, long> ByWorkload => _workloads;

    /// <summary>By backend.</summary>
    public IReadOnlyDictionary<string, long> ByBackend => _backends;

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

    private static void Count(Dictionary<string, long> by, string value) => by[value] = by.GetValueOrDefault(value) + 1;
}
