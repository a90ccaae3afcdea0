namespace CredBroker.Policy;

/// <summary>
/// Tells a no that comes of a bound of how many leases a workload has from one that would be said to it in any case. Working at a bound is ordinary; only
/// the other no is a reason to contain somebody.
/// </summary>
public static class OrdinaryBound
{
    /// <summary>The decision, marked where it is such a no. Only a no that looked at the counts is asked about again.</summary>
    /// <param name="decision">What was decided.</param>
    /// <param name="askAlone">Asks the same as if the workload had no lease.</param>
    public static async ValueTask<PolicyDecision> TellAsync(PolicyDecision decision, Func<ValueTask<PolicyDecision>> askAlone)
    {
        ArgumentNullException.ThrowIfNull(decision);
        ArgumentNullException.ThrowIfNull(askAlone);
        if (decision.Allowed || decision.IsPending || decision.IsFault || decision.Counted == WorkloadCounts.None) return decision;
        var alone = await askAlone();
        return decision with { IsOfBound = alone.Allowed || alone.IsPending };
    }
}
