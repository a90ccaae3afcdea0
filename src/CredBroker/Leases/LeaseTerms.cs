namespace CredBroker.Leases;

/// <summary>What was agreed when a lease was issued. It never changes and holds no secret.</summary>
public sealed record LeaseTerms
{
    /// <summary>The task.</summary>
    public required TaskId TaskId { get; init; }

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The attested subject that it was issued to.</summary>
    public required string Workload { get; init; }

    /// <summary>The template.</summary>
    public required string Template { get; init; }

    /// <summary>The template's content hash.</summary>
    public required string TemplateVersion { get; init; }

    /// <summary>The target.</summary>
    public required string Target { get; init; }

    /// <summary>The target's sensitivity.</summary>
    public required Sensitivity Sensitivity { get; init; }

    /// <summary>The template's risk.</summary>
    public required RiskLevel Risk { get; init; }

    /// <summary>What was granted.</summary>
    public required Capabilities Capabilities { get; init; }

    /// <summary>The backend that mints the credential.</summary>
    public required string Backend { get; init; }

    /// <summary>What of the backend it depends on, such as a cluster and a mount: revocations of one key queue together, and wait for no other's. At most 512 characters.</summary>
    public string BackendKey { get => field ?? Backend; init; }

    /// <summary>How far a revocation reaches.</summary>
    public required Revocability Revocability { get; init; }

    /// <summary>Whether it can be renewed.</summary>
    public required bool Renewable { get; init; }

    /// <summary>It counts against a limit of its workload's live leases.</summary>
    public bool CountsPerWorkload { get; init; }

    /// <summary>The policy version that said yes.</summary>
    public required string PolicyVersion { get; init; }

    /// <summary>Ids of the determining policies.</summary>
    public IReadOnlyList<string> Policies { get; init; } = [];

    /// <summary>For tokens: the audience.</summary>
    public string? Audience { get; init; }

    /// <summary>For tokens: the scopes.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>What fences match; see <see cref="LeaseLabel"/>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>For tokens: the key that it is bound to, where the caller named one.</summary>
    public ProofKey? BoundTo { get; init; }

    /// <summary>For tokens: it is bound to the key of its task, whichever that is at the time.</summary>
    public bool IsBoundToTaskKey { get; init; }

    /// <summary>What people have agreed to for it; null = nobody had to.</summary>
    public ApprovalId? ApprovalId { get; init; }

    /// <summary>Where in a recorded trace it was issued, so that its revocation stands in the same one; null = the trace is not recorded.</summary>
    public string? TraceContext { get; init; }

    /// <summary>The broker itself makes the credential and kills it by saying so: no backend is called.</summary>
    public bool IsBrokerMinted => Backend == BackendNames.Token;
}
