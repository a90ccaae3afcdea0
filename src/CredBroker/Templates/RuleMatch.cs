namespace CredBroker.Templates;

/// <summary>Which rule an attested workload comes under.</summary>
/// <param name="Rule">The closest one; null where there is none, or no single one.</param>
/// <param name="IsAmbiguous">Two are equally close.</param>
public readonly record struct RuleMatch(WorkloadRule? Rule, bool IsAmbiguous);
