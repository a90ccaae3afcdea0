namespace CredBroker;

/// <summary>What a workload is, by the rule that matched it.</summary>
public enum WorkloadKind
{
    /// <summary>An AI agent.</summary>
    Agent = 1,

    /// <summary>Something that starts agents.</summary>
    Orchestrator = 2,

    /// <summary>A service that accepts credentials.</summary>
    Service = 3,

    /// <summary>A person.</summary>
    Human = 4,
}
