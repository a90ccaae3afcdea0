using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>What came of asking recorded decisions again.</summary>
/// <param name="Version">Content hash of the policies that were asked; empty where there are faults.</param>
/// <param name="Faults">What is wrong with what was given; with any, nothing was asked.</param>
/// <param name="Replayed">How many decisions were asked again.</param>
/// <param name="Flips">Those that would be made another way, tightened ones first, the most frequent of them first.</param>
/// <param name="NotReplayed">How many could not be asked again exactly, by the reason why.</param>
public sealed record PolicyReplayReport(
    string Version,
    IReadOnlyList<CatalogueFault> Faults,
    int Replayed,
    IReadOnlyList<PolicyFlip> Flips,
    IReadOnlyDictionary<string, int> NotReplayed)
{
    internal static PolicyReplayReport Faulty(IEnumerable<CatalogueFault> faults) => new("", [.. faults], 0, [], new Dictionary<string, int>());
}
