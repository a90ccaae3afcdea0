namespace CredBroker.Leases;

/// <summary>Which leases: everything that is set must match; nothing set matches all.</summary>
public sealed record LeaseSelector
{
    /// <summary>Tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>Attested subject.</summary>
    public string? Workload { get; init; }

    /// <summary>An attested selector, <c>name:value</c>.</summary>
    public string? AttestedSelector { get; init; }

    /// <summary>A task and every task below it.</summary>
    public TaskId? TaskId { get; init; }

    /// <summary>Template.</summary>
    public string? Template { get; init; }

    /// <summary>Target.</summary>
    public string? Target { get; init; }

    /// <summary>Sensitivity of the target.</summary>
    public Sensitivity? Sensitivity { get; init; }

    /// <summary>Risk of the template.</summary>
    public RiskLevel? Risk { get; init; }

    /// <summary>Backend.</summary>
    public string? Backend { get; init; }

    /// <summary>Policy version.</summary>
    public string? PolicyVersion { get; init; }

    /// <summary>Issued at or before.</summary>
    public DateTimeOffset? IssuedBefore { get; init; }

    /// <summary>Issued at or after.</summary>
    public DateTimeOffset? IssuedAfter { get; init; }

    /// <summary>One lease.</summary>
    public LeaseId? LeaseId { get; init; }

    /// <summary>Whether a lease matches.</summary>
    public bool Matches(Lease lease) =>
        Is(Tenant, lease.Terms.Tenant)
        && Is(Workload, lease.Terms.Workload)
        && (AttestedSelector is null || lease.Terms.Labels.Contains(LeaseLabel.Of("selector", AttestedSelector)))
        && (TaskId is not { } task || lease.Terms.Labels.Contains(LeaseLabel.Of("task", task.Value)))
        && Is(Template, lease.Terms.Template)
        && Is(Target, lease.Terms.Target)
        && (Sensitivity is null || Sensitivity == lease.Terms.Sensitivity)
        && (Risk is null || Risk == lease.Terms.Risk)
        && Is(Backend, lease.Terms.Backend)
        && Is(PolicyVersion, lease.Terms.PolicyVersion)
        && (IssuedBefore is null || lease.IssuedAt <= IssuedBefore)
        && (IssuedAfter is null || lease.IssuedAt >= IssuedAfter)
        && (LeaseId is null || LeaseId == lease.Id);

    private static bool Is(string? wanted, string actual) => wanted is null || string.Equals(wanted, actual, StringComparison.Ordinal);
}
