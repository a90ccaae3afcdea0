using System.Collections.Frozen;

namespace CredBroker.Verification.Revocation;

/// <summary>
/// All fence rules in force, found by one of their labels, so that a check costs by the labels of the token and not by the
/// number of fences. Never changes; a new one is made from it.
/// </summary>
internal sealed class FenceIndex
{
    public static readonly FenceIndex Empty = new([]);

    private readonly Dictionary<string, FenceRule> _rules;
    private readonly FrozenDictionary<string, FenceRule[]> _byLabel;
    private readonly FenceRule[] _forAll;

    private FenceIndex(Dictionary<string, FenceRule> rules)
    {
        _rules = rules;
        _forAll = [.. rules.Values.Where(rule => rule.Labels.Count == 0)];
        _byLabel = rules.Values.Where(rule => rule.Labels.Count > 0).GroupBy(rule => rule.Labels[0])
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    public int Count => _rules.Count;

    public bool Kills(IReadOnlySet<string> labels, DateTimeOffset issuedAt)
    {
        foreach (var rule in _forAll)
            if (rule.Kills(labels, issuedAt)) return true;
        if (_byLabel.Count == 0) return false;
        foreach (var label in labels)
        {
            if (!_byLabel.TryGetValue(label, out var rules)) continue;
            foreach (var rule in rules)
                if (rule.Kills(labels, issuedAt)) return true;
        }

        return false;
    }

    public FenceIndex With(IReadOnlyList<FenceRule> added)
    {
        if (added.Count == 0) return this;
        var rules = new Dictionary<string, FenceRule>(_rules, StringComparer.Ordinal);
        foreach (var rule in added)
        {
            // What a fence killed stays dead, so a rule only ever reaches further.
            if (!rules.TryGetValue(rule.Key, out var held) || held.NotBefore < rule.NotBefore) rules[rule.Key] = rule;
        }

        return new FenceIndex(rules);
    }

    /// <summary>Without the rules whose every victim has expired.</summary>
    public FenceIndex Prune(DateTimeOffset oldestLiving) =>
        _rules.Values.All(rule => rule.NotBefore >= oldestLiving)
            ? this
            : new FenceIndex(_rules.Where(pair => pair.Value.NotBefore >= oldestLiving).ToDictionary(StringComparer.Ordinal));
}
