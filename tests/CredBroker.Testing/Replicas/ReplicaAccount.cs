using System.Text.Json;
using CredBroker.Protocol.V1;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Testing.Replicas;

/// <summary>What became of the leases of a load, by the brokers' own word and by their audit trails.</summary>
public sealed class ReplicaAccount
{
    private static readonly TimeSpan[] None = [TimeSpan.Zero];
    private readonly IReadOnlyDictionary<string, bool> _acknowledged;
    private readonly Dictionary<string, Lease> _remembered;
    private readonly IReadOnlyList<TrailCount> _trails;
    private readonly TimeSpan[] _lags;

    private ReplicaAccount(IReadOnlyList<LoadedAgent> agents, IEnumerable<Lease> remembered, IReadOnlyList<TrailCount> trails)
    {
        _acknowledged = agents.SelectMany(agent => agent.Acknowledged).ToDictionary(StringComparer.Ordinal);
        _remembered = remembered.ToDictionary(lease => lease.Id, StringComparer.Ordinal);
        _trails = trails;
        _lags = [.. Expired.Select(lease => lease.ConfirmedAt.ToDateTimeOffset() - lease.ExpiresAt.ToDateTimeOffset()).Order()];
    }

    /// <summary>Acknowledged leases that no broker knows.</summary>
    public IReadOnlyList<string> Lost => [.. _acknowledged.Keys.Where(id => !_remembered.ContainsKey(id))];

    /// <summary>Leases that nobody was told of.</summary>
    public IReadOnlyList<string> Unclaimed => [.. _remembered.Keys.Where(id => !_acknowledged.ContainsKey(id))];

    /// <summary>Leases that are not in the state that is due to them: brief ones expired, the others active.</summary>
    public IReadOnlyList<string> Wrong =>
        [.. _remembered.Values.Where(lease => _acknowledged.TryGetValue(lease.Id, out var brief) && !IsAsItShould(lease, brief)).Select(lease => $"{lease.Id} {lease.State} {lease.EndReason}")];

    /// <summary>Acknowledged leases of which no audit trail tells.</summary>
    public IReadOnlyList<string> WithoutLine => [.. _acknowledged.Keys.Where(id => !_trails.Any(trail => trail.Issued.Contains(id)))];

    /// <summary>Expired leases of whose end no audit trail tells.</summary>
    public IReadOnlyList<string> WithoutEndLine => [.. Expired.Select(lease => lease.Id).Where(id => !_trails.Any(trail => trail.Ended.Contains(id)))];

    /// <summary>The longest that a lease outlived its end, by the store's clock.</summary>
    public TimeSpan LongestLag => Lag(1);

    /// <summary>How many leases have expired.</summary>
    public int ExpiredCount => _lags.Length;

    /// <summary>How many leases each replica has issued, by its audit trail.</summary>
    public IReadOnlyList<int> Issues => [.. _trails.Select(trail => trail.Issued.Count)];

    private IEnumerable<Lease> Expired => _remembered.Values.Where(lease => lease is { State: LeaseState.Revoked, EndReason: V1.EndReason.Expired });

    /// <summary>Reads everything.</summary>
    public static async Task<ReplicaAccount> ReadAsync(ReplicaSet replicas, IReadOnlyList<LoadedAgent> agents) => new(
        agents, (await Task.WhenAll(agents.Select(agent => agent.ListAsync()))).SelectMany(leases => leases), [.. replicas.Sites.Select(TrailCount.Read)]);

    /// <summary>One line of JSON for people and programs.</summary>
    public string Describe(string store, double askedRate, IssueLoad load) => JsonSerializer.Serialize(new
    {
        replicas = _trails.Count,
        store,
        asked_rate = askedRate,
        rate = Math.Round(load.Acknowledged / load.Elapsed.TotalSeconds, 1),
        seconds = Math.Round(load.Elapsed.TotalSeconds, 1),
        acknowledged = _acknowledged.Count,
        failed = load.Failures.Count,
        lost = Lost.Count,
        unclaimed = Unclaimed.Count,
        expired = ExpiredCount,
        lag_p50_ms = (int)Lag(0.5).TotalMilliseconds,
        lag_p99_ms = (int)Lag(0.99).TotalMilliseconds,
        lag_max_ms = (int)LongestLag.TotalMilliseconds,
        issues = Issues,
        expiries = _trails.Select(trail => trail.Ended.Count),
    });

    private TimeSpan Lag(double share)
    {
        var lags = _lags.Length > 0 ? _lags : None;
        return lags[(int)Math.Ceiling(share * lags.Length) - 1];
    }

    private static bool IsAsItShould(Lease lease, bool brief) =>
        brief ? lease is { State: LeaseState.Revoked, EndReason: V1.EndReason.Expired } : lease.State == LeaseState.Active;
}
