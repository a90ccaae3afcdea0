namespace CredBroker.Tasks;

/// <summary>
/// A task: what an agent is doing now, and the root of everything issued for it. What the caller says (purpose, intent,
/// labels) is a claim; everything about the workload is attested.
/// </summary>
public sealed record AgentTask
{
    /// <summary>Its id.</summary>
    public required TaskId Id { get; init; }

    /// <summary>The caller's own name for it, if any.</summary>
    public string? TaskRef { get; init; }

    /// <summary>The tasks above it, nearest first; none for a root.</summary>
    public IReadOnlyList<TaskId> Ancestors { get; init; } = [];

    /// <summary>The attested subjects of <see cref="Ancestors"/>, nearest first; none for a root.</summary>
    public IReadOnlyList<string> AncestorSubjects { get; init; } = [];

    /// <summary>What its parent passed down; null for a root, which policy alone bounds.</summary>
    public IReadOnlyList<DelegatedTemplate>? Ceiling { get; init; }

    /// <summary>The tenant of its workload.</summary>
    public required string Tenant { get; init; }

    /// <summary>The attested subject that opened it.</summary>
    public required string Subject { get; init; }

    /// <summary>The attestor that proved the subject.</summary>
    public required string Attestor { get; init; }

    /// <summary>What the workload is.</summary>
    public required WorkloadKind Kind { get; init; }

    /// <summary>Attested facts, each <c>name:value</c>.</summary>
    public IReadOnlyList<string> Selectors { get; init; } = [];

    /// <summary>Facts about the workload that its rule adds, by their names.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>SHA-256 of the evidence it was opened with, lower-case hex.</summary>
    public required string EvidenceDigest { get; init; }

    /// <summary>What it is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>What the agent says it is going to do.</summary>
    public string Intent { get; init; } = "";

    /// <summary>Free labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Which claims are an orchestrator's words and not the agent's own: <c>purpose</c>, <c>intent</c> and <c>label:name</c>.
    /// </summary>
    public IReadOnlyList<string> Vouched { get; init; } = [];

    /// <summary>Constant from the root task down; <c>txn</c> of every token.</summary>
    public required string TransactionId { get; init; }

    /// <summary>The <see cref="TaskToken.SecretHash"/> of its token.</summary>
    public required string TokenHash { get; init; }

    /// <summary>The key that its token is bound to; null = whoever bears it may use it.</summary>
    public ProofKey? Key => TaskToken.KeyIn(TokenHash);

    /// <summary>How often a heartbeat is due.</summary>
    public required TimeSpan HeartbeatInterval { get; init; }

    /// <summary>How long one attestation is good for.</summary>
    public required TimeSpan ReattestEvery { get; init; }

    /// <summary>The longest it may take.</summary>
    public required TimeSpan MaxDuration { get; init; }

    /// <summary>Where it stands.</summary>
    public TaskState State { get; init; } = TaskState.Open;

    /// <summary>When it was opened, by the store's clock.</summary>
    public DateTimeOffset OpenedAt { get; init; }

    /// <summary>When it ends at the latest.</summary>
    public DateTimeOffset Deadline { get; init; }

    /// <summary>When it ends unless a heartbeat comes before.</summary>
    public DateTimeOffset HeartbeatDeadline { get; init; }

    /// <summary>When issuing and renewing stop unless fresh evidence comes before.</summary>
    public DateTimeOffset AttestedUntil { get; init; }

    /// <summary>When it was sealed.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it was sealed.</summary>
    public EndReason EndReason { get; init; }

    /// <summary>How it ended, in the caller's words.</summary>
    public string? Outcome { get; init; }

    /// <summary>The operator or the orchestrator who ended it, where one did.</summary>
    public string? EndedBy { get; init; }

    /// <summary>The task it was opened under.</summary>
    public TaskId? ParentId => Ancestors.Count > 0 ? Ancestors[0] : null;

    /// <summary>Whether an orchestrator says so: everything where one opened the task, else what the task repeats of one's words.</summary>
    public bool IsVouchedFor(string claim) => Kind == WorkloadKind.Orchestrator || Vouched.Contains(claim);
}
