using CredBroker.Templates;

namespace CredBroker.Policy;

/// <summary>What is asked of policy: may this workload have these capabilities of this template?</summary>
public sealed record PolicyRequest
{
    /// <summary>The workload's tenant, by its rule.</summary>
    public required string Tenant { get; init; }

    /// <summary>The workload's attested subject.</summary>
    public required string Subject { get; init; }

    /// <summary>What the workload is, by its rule.</summary>
    public required WorkloadKind Kind { get; init; }

    /// <summary>The template.</summary>
    public required Template Template { get; init; }

    /// <summary>What is asked for; each of them is decided on its own and all must be allowed.</summary>
    public required Capabilities Requested { get; init; }

    /// <summary>The TTL that is asked for; null = the template's default.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>The task's purpose. A claim of whoever opened it.</summary>
    public string Purpose { get; init; } = "";

    /// <summary>The task's intent. A claim of whoever opened it.</summary>
    public string Intent { get; init; } = "";

    /// <summary>The task's labels. Claims of whoever opened it.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
