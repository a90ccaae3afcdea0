using CredBroker.Templates;

namespace CredBroker.Policy.Cedar;

/// <summary>What came of reading a folder of policies.</summary>
/// <param name="Version">Content hash of the set; empty where there are faults.</param>
/// <param name="Policies">How many policies the set has.</param>
/// <param name="Faults">Every fault; with any, a broker would refuse the set.</param>
public sealed record PolicyLintReport(string Version, int Policies, IReadOnlyList<CatalogueFault> Faults);
