namespace CredBroker.Policy.Cedar.Cases;

/// <summary>What came of one case.</summary>
/// <param name="Name">The case.</param>
/// <param name="Controls">The controls that it shows.</param>
/// <param name="Expected">What was to be said.</param>
/// <param name="Actual">What was said.</param>
/// <param name="Reason">The sentence of a denial; empty for a permit.</param>
public sealed record PolicyCaseResult(string Name, IReadOnlyList<string> Controls, string Expected, string Actual, string Reason)
{
    /// <summary>Whether the two are the same.</summary>
    public bool Passed => Expected == Actual;
}
