namespace CredBroker.Verification.Revocation;

/// <summary>
/// How old the feed is. Two measures, and the worse one counts: the time since <c>as_of</c> last moved on, by this machine's
/// steady clock, which finds a dead connection and a broker that reads its store no more whatever the clocks say; and the
/// distance from <c>as_of</c> to this machine's own time beyond
/// <see cref="CredBrokerVerificationOptions.MaxClockDifference"/>, which finds a broker that is behind from the start.
/// </summary>
public sealed class FeedHealth
{
    private readonly RevocationSet _revocations;
    private readonly CredBrokerVerificationOptions _options;
    private readonly TimeProvider _time;
    private volatile Reading? _last;

    /// <summary>A feed that has not been read.</summary>
    public FeedHealth(RevocationSet revocations, CredBrokerVerificationOptions options, TimeProvider time)
    {
        _revocations = revocations;
        _options = options;
        _time = time;
    }

    /// <summary>The instant up to which the broker had read its store at the last message; null before the first.</summary>
    public DateTimeOffset? AsOf => _last?.AsOf;

    /// <summary>How old the feed is now; null before the first message.</summary>
    public TimeSpan? Age
    {
        get
        {
            if (_last is not { } last) return null;
            var still = _time.GetElapsedTime(last.MovedAt);
            var behind = _time.GetUtcNow() - last.AsOf - _options.MaxClockDifference;
            return still > behind ? still : behind;
        }
    }

    /// <summary>Whether the feed says enough to trust a token.</summary>
    public FeedState State => !_revocations.IsWhole ? FeedState.Unread : Age <= _options.MaxFeedAge ? FeedState.Fresh : FeedState.Stale;

    /// <summary>Notes a message that has been applied.</summary>
    /// <param name="asOf">Its <c>as_of</c>; one that says none proves nothing.</param>
    /// <param name="restart">It completed a snapshot, whose store may keep another time than the one before.</param>
    internal void Heard(DateTimeOffset? asOf, bool restart)
    {
        if (asOf is not { } instant) return;
        if (restart || _last is not { } last || instant > last.AsOf) _last = new Reading(instant, _time.GetTimestamp());
    }

    private sealed record Reading(DateTimeOffset AsOf, long MovedAt);
}
