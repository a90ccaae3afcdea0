using System.Collections.Frozen;
using CredBroker.Protocol.V1;

namespace CredBroker.Verification.Revocation;

/// <summary>
/// Everything that is revoked and not yet expired, as the feed tells it. Reading takes no lock and never sees half a
/// snapshot: the old set stays in force until the new one is whole. Bounded: what has expired is forgotten, and where
/// there is no room the set says that it is not whole.
/// </summary>
public sealed class RevocationSet
{
    private const int MaxFenceRules = 10_000;
    private const int MaxWithdrawnKeys = 1_000;
    private static readonly TimeSpan PruneEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _writing = new();
    private readonly TimeProvider _time;
    private readonly int _maxLeases;
    private volatile RevocationState _state = RevocationState.New();
    private volatile FrozenSet<string> _withdrawnKeys = [];
    private volatile bool _whole;
    private RevocationState? _snapshot;
    private long _pruned;

    /// <summary>An empty set that is not whole.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="maxLeases">How many revoked leases may be held.</param>
    public RevocationSet(TimeProvider time, int maxLeases)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _maxLeases = maxLeases;
        _pruned = time.GetTimestamp();
    }

    /// <summary>A whole snapshot, and everything after it, is held.</summary>
    public bool IsWhole => _whole;

    /// <summary>How many revoked leases are held.</summary>
    public int LeaseCount => _state.Leases.Count;

    /// <summary>How many rules of fences are held.</summary>
    public int FenceRuleCount => _state.Fences.Count;

    /// <summary>Whether a token is dead by its lease or by a fence.</summary>
    /// <param name="leaseId">The lease of the token.</param>
    /// <param name="labels">The token's labels.</param>
    /// <param name="issuedAt">The token's <c>iat</c>.</param>
    public bool IsRevoked(string leaseId, IReadOnlySet<string> labels, DateTimeOffset issuedAt)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var state = _state;
        return state.Leases.ContainsKey(leaseId) || state.Fences.Kills(labels, issuedAt);
    }

    /// <summary>Whether a signing key was withdrawn. It stays so through snapshots: a key never comes back.</summary>
    public bool IsWithdrawn(string keyId) => _withdrawnKeys.Contains(keyId);

    /// <summary>Applies one message, whole or not at all.</summary>
    /// <exception cref="InvalidOperationException">An instant of the message is out of range; nothing was applied.</exception>
    public FeedApplication Apply(WatchRevocationsResponse message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var read = FeedMessage.Read(message, _time.GetUtcNow());
        lock (_writing)
        {
            if (!TryWithdraw(read.WithdrawnKeys)) return Overflow();
            if (message.Reset) _snapshot = RevocationState.New();
            return _snapshot is { } snapshot ? Stage(snapshot.With(read), message.SnapshotComplete) : Add(read);
        }
    }

    /// <summary>Drops a snapshot that was cut off; the set before it stays in force.</summary>
    public void AbandonSnapshot()
    {
        lock (_writing) _snapshot = null;
    }

    private FeedApplication Stage(RevocationState snapshot, bool complete)
    {
        if (!Fits(snapshot)) return Overflow();
        _snapshot = snapshot;
        if (!complete) return FeedApplication.Staged;
        _snapshot = null;
        _state = snapshot;
        _whole = true;
        return FeedApplication.Replaced;
    }

    private FeedApplication Add(FeedMessage message)
    {
        var state = _state.With(message);
        if (_time.GetElapsedTime(_pruned) >= PruneEvery || !Fits(state))
        {
            _pruned = _time.GetTimestamp();
            state = state.Prune(_time.GetUtcNow());
        }

        _state = state;
        return Fits(state) ? FeedApplication.Added : Overflow();
    }

    private bool TryWithdraw(IReadOnlyList<string> keyIds)
    {
        if (keyIds.Count == 0) return true;
        var all = _withdrawnKeys.Union(keyIds, StringComparer.Ordinal).ToFrozenSet(StringComparer.Ordinal);
        if (all.Count > MaxWithdrawnKeys) return false;
        _withdrawnKeys = all;
        return true;
    }

    private bool Fits(RevocationState state) => state.Leases.Count <= _maxLeases && state.Fences.Count <= MaxFenceRules;

    private FeedApplication Overflow()
    {
        _snapshot = null;
        _whole = false;
        return FeedApplication.Full;
    }
}
