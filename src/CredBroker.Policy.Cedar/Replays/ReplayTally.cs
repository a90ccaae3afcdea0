namespace CredBroker.Policy.Cedar.Replays;

/// <summary>Counts what would be decided another way, equal ones together.</summary>
internal sealed class ReplayTally
{
    private const string HeldUnknown = "it depends on what was held, which was not looked at then";

    private readonly Dictionary<Key, (RecordedDecision First, IReadOnlyList<string> Policies, int Count)> _flips = [];
    private readonly Dictionary<string, int> _notReplayed = new(StringComparer.Ordinal);
    private int _replayed;

    /// <summary>Counts a decision that was asked again.</summary>
    /// <param name="recorded">The decision.</param>
    /// <param name="decision">What would be said; null where that cannot be told.</param>
    public void Add(RecordedDecision recorded, PolicyDecision? decision)
    {
        if (decision is null)
        {
            Add(HeldUnknown);
            return;
        }

        _replayed++;
        var outcome = OutcomeOf(decision);
        if (outcome == recorded.Outcome) return;
        var key = new Key(
            recorded.Verb, recorded.About, recorded.Capabilities, recorded.Outcome, outcome, string.Join(' ', recorded.Policies), string.Join(' ', decision.PolicyIds));
        _flips[key] = _flips.TryGetValue(key, out var known) ? known with { Count = known.Count + 1 } : (recorded, decision.PolicyIds, 1);
    }

    /// <summary>Counts a decision that cannot be asked again.</summary>
    public void Add(string reason) => _notReplayed[reason] = _notReplayed.GetValueOrDefault(reason) + 1;

    /// <summary>The report.</summary>
    public PolicyReplayReport Report(string version) => new(
        version,
        [],
        _replayed,
        [
            .. _flips
                .OrderBy(flip => flip.Key.To).ThenByDescending(flip => flip.Value.Count)
                .ThenBy(flip => flip.Key.Verb, StringComparer.Ordinal).ThenBy(flip => flip.Key.About, StringComparer.Ordinal)
                .Select(flip => Flip(flip.Key, flip.Value.First, flip.Value.Policies, flip.Value.Count)),
        ],
        _notReplayed);

    private static PolicyFlip Flip(Key key, RecordedDecision first, IReadOnlyList<string> policies, int count) => new(
        key.Verb, key.About, key.Capabilities, key.From, key.To, first.Policies, policies, count, first.Task.Id.Value, first.Time);

    private static ReplayedOutcome OutcomeOf(PolicyDecision decision)
    {
        if (decision.Allowed) return ReplayedOutcome.Allow;
        return decision.ApprovalGroups.Count > 0 ? ReplayedOutcome.Pending : ReplayedOutcome.Deny;
    }

    private readonly record struct Key(
        string Verb, string About, string Capabilities, ReplayedOutcome From, ReplayedOutcome To, string FromPolicies, string ToPolicies);
}
