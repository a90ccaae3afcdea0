namespace CredBroker.Templates;

/// <summary>One good set of documents.</summary>
/// <param name="Version">Content hash of the whole set: 16 lower-case hex digits.</param>
/// <param name="Templates">Templates by name.</param>
/// <param name="Targets">Targets by name.</param>
/// <param name="Rules">Workload rules, in the order in which they are asked: exact subjects first, then the longest prefix, then the most selectors.</param>
public sealed record CatalogueSnapshot(
    string Version,
    IReadOnlyDictionary<string, Template> Templates,
    IReadOnlyDictionary<string, Target> Targets,
    IReadOnlyList<WorkloadRule> Rules);
