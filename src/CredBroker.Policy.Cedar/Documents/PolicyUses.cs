using System.Collections.Frozen;

namespace CredBroker.Policy.Cedar.Documents;

/// <summary>
/// What policies look at. Cedar spends most of a decision on reading the request, so it is told only what the policies can
/// notice: an attribute whose name stands in none of them is left out, and what costs a question to the store is asked for
/// only where it is looked at.
/// </summary>
/// <param name="Names">Names of attributes, of whatever they are attributes of.</param>
/// <param name="IsContextWhole">The context is handed about as a whole, so all of it counts.</param>
/// <param name="IsTagged">Tags are looked at.</param>
/// <param name="IsGrouped">It is asked what is in what.</param>
/// <param name="IsTaskNamed">A task is named, so that it matters which one it is.</param>
internal sealed record PolicyUses(FrozenSet<string> Names, bool IsContextWhole, bool IsTagged, bool IsGrouped, bool IsTaskNamed)
{
    private static readonly string[] HeldFacts = ["held", "holding", "live_leases"];

    /// <summary>Nothing.</summary>
    public static PolicyUses Nothing { get; } = new(FrozenSet<string>.Empty, false, false, false, false);

    /// <summary>Everything there is; <see cref="Of"/> holds for every name.</summary>
    public static PolicyUses Everything { get; } = new(FrozenSet<string>.Empty, true, true, true, true) { IsEverything = true };

    /// <summary>Whether the live leases of the task's tree are looked at.</summary>
    public bool IsOfHeld => IsContextWhole || HeldFacts.Any(Names.Contains);

    /// <summary>Whether it is looked at how many leases the workload has over all its tasks.</summary>
    public bool IsOfWorkloadLeases => OfContext("workload_leases");

    /// <summary>Whether it is looked at how many of them are of the template that is asked for.</summary>
    public bool IsOfTemplateLeases => OfContext("workload_template_leases");

    /// <summary>Whether the time is looked at, so that hardly any request is ever made again.</summary>
    public bool IsOfTime => OfContext("now") || Of("age");

    private bool IsEverything { get; init; }

    /// <summary>Whether an attribute of an entity may be looked at.</summary>
    public bool Of(string attribute) => IsEverything || Names.Contains(attribute);

    /// <summary>Whether a fact of the context may be looked at.</summary>
    public bool OfContext(string fact) => IsContextWhole || Names.Contains(fact);

    /// <summary>What either looks at.</summary>
    public PolicyUses And(PolicyUses other) => other.IsWithin(this) ? this : IsWithin(other) ? other : new PolicyUses(
        Names.Union(other.Names).ToFrozenSet(),
        IsContextWhole || other.IsContextWhole,
        IsTagged || other.IsTagged,
        IsGrouped || other.IsGrouped,
        IsTaskNamed || other.IsTaskNamed);

    private bool IsWithin(PolicyUses other) => ReferenceEquals(this, other) || other.IsEverything || (
        !IsEverything
        && (other.IsContextWhole || !IsContextWhole)
        && (other.IsTagged || !IsTagged)
        && (other.IsGrouped || !IsGrouped)
        && (other.IsTaskNamed || !IsTaskNamed)
        && Names.IsSubsetOf(other.Names));
}
