using CredBroker.Templates;

namespace CredBroker.Policy.Cedar.Cases;

/// <summary>What came of trying policies.</summary>
/// <param name="Version">Content hash of the policies; empty where there are faults.</param>
/// <param name="Faults">What is wrong with the policies or the cases; with any, nothing was tried.</param>
/// <param name="Results">One for each case, in the order of the files.</param>
public sealed record PolicyCaseReport(string Version, IReadOnlyList<CatalogueFault> Faults, IReadOnlyList<PolicyCaseResult> Results);
