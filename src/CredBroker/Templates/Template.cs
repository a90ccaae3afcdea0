namespace CredBroker.Templates;

/// <summary>What may be issued, to whom and for how long (<c>kind: Template</c>). The bounds hold whatever a policy says.</summary>
public sealed record Template
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Content hash of everything below, the target's sensitivity included: 16 lower-case hex digits.</summary>
    public required string Version { get; init; }

    /// <summary>Who looks after it.</summary>
    public required string Owner { get; init; }

    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>Tenants that may use it; none = nobody.</summary>
    public IReadOnlyList<string> Tenants { get; init; } = [];

    /// <summary>Subjects that may use it; none = nobody.</summary>
    public IReadOnlyList<SubjectPattern> Subjects { get; init; } = [];

    /// <summary>The target that the credential opens.</summary>
    public required string Target { get; init; }

    /// <summary>The target's sensitivity: the catalogue's, or what the template raises it to.</summary>
    public Sensitivity Sensitivity { get; init; } = Sensitivity.Restricted;

    /// <summary>What misuse would cost.</summary>
    public required RiskLevel Risk { get; init; }

    /// <summary>The most that can be granted.</summary>
    public required Capabilities Capabilities { get; init; }

    /// <summary>TTL when none is asked for.</summary>
    public required TimeSpan DefaultTtl { get; init; }

    /// <summary>The longest TTL, and the hard maximum of a lease, renewals included.</summary>
    public required TimeSpan MaxTtl { get; init; }

    /// <summary>Whether leases can be renewed.</summary>
    public bool Renewable { get; init; } = true;

    /// <summary>Live leases that one task may hold; null = no limit.</summary>
    public int? PerTask { get; init; }

    /// <summary>Live leases that one workload may hold; null = no limit.</summary>
    public int? PerWorkload { get; init; }

    /// <summary>Which key its access tokens are bound to; of other credentials, which the task must be bound to.</summary>
    public ProofDemand Proof { get; init; }

    /// <summary>How its credentials are made.</summary>
    public required TemplateBackend Backend { get; init; }

    /// <summary>Whether one of some tenants may use it. Who sees every tenant sees also what nobody may use.</summary>
    public bool IsFor(TenantScope scope) => scope.IsAll || Tenants.Any(scope.Includes);
}
