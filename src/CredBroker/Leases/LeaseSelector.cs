using System.Text;

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

    /// <summary>Backend: its name, or the key of a part of it.</summary>
    public string? Backend { get; init; }

    /// <summary>Policy version.</summary>
    public string? PolicyVersion { get; init; }

    /// <summary>Issued at or before.</summary>
    public DateTimeOffset? IssuedBefore { get; init; }

    /// <summary>Issued at or after.</summary>
    public DateTimeOffset? IssuedAfter { get; init; }

    /// <summary>One lease.</summary>
    public LeaseId? LeaseId { get; init; }

    /// <summary>Whether nothing at all is set: it then matches everything.</summary>
    public bool IsEmpty => this == new LeaseSelector();

    /// <summary>How much text it holds, in bytes of UTF-8.</summary>
    internal int TextBytes => new[] { Tenant, Workload, AttestedSelector, Template, Target, Backend, PolicyVersion }.Sum(text => Encoding.UTF8.GetByteCount(text ?? ""));

    /// <summary>Whether a lease matches.</summary>
    public bool Matches(Lease lease) =>
        MatchesTerms(lease.Terms, lease.Id)
        && (IssuedBefore is null || lease.IssuedAt <= IssuedBefore)
        && (IssuedAfter is null || lease.IssuedAt >= IssuedAfter);

    /// <summary>Whether the terms match, whenever it was issued.</summary>
    public bool MatchesTerms(LeaseTerms terms, LeaseId leaseId) =>
        Is(Tenant, terms.Tenant)
        && Is(Workload, terms.Workload)
        && (AttestedSelector is null || terms.Labels.Contains(LeaseLabel.Of("selector", AttestedSelector)))
        // A tree and its leases share a bucket, which costs less to look at than a label.
        && (TaskId is not { } task || (task.Bucket == leaseId.Bucket && terms.Labels.Contains(LeaseLabel.Of("task", task.Value))))
        && Is(Template, terms.Template)
        && Is(Target, terms.Target)
        && (Sensitivity is null || Sensitivity == terms.Sensitivity)
        && (Risk is null || Risk == terms.Risk)
        && (Is(Backend, terms.Backend) || Is(Backend, terms.BackendKey))
        && Is(PolicyVersion, terms.PolicyVersion)
        && (LeaseId is null || LeaseId == leaseId);

    /// <summary>The labels that a token must carry to match; a lease id stands beside them. See <see cref="LeaseLabel"/>.</summary>
    public IReadOnlyList<string> ToLabels()
    {
        var labels = new List<string>();
        Add("tenant", Tenant);
        Add("workload", Workload);
        Add("selector", AttestedSelector);
        Add("task", TaskId?.Value);
        Add("template", Template);
        Add("target", Target);
        Add("sensitivity", Sensitivity?.ToString().ToLowerInvariant());
        Add("risk", Risk?.ToString().ToLowerInvariant());
        Add("backend", Backend);
        Add("policy_version", PolicyVersion);
        return labels;

        void Add(string dimension, string? value)
        {
            if (value is not null) labels.Add(LeaseLabel.Of(dimension, value));
        }
    }

    /// <summary>The selector for people and for the audit trail: <c>tenant=payments, template=orders-api</c>.</summary>
    public string Describe()
    {
        (string Name, string? Value)[] parts =
        [
            ("tenant", Tenant), ("workload", Workload), ("selector", AttestedSelector), ("task", TaskId?.Value), ("template", Template),
            ("target", Target), ("sensitivity", Sensitivity?.ToString().ToLowerInvariant()), ("risk", Risk?.ToString().ToLowerInvariant()),
            ("backend", Backend), ("policy_version", PolicyVersion), ("issued_before", IssuedBefore?.ToString("O")),
            ("issued_after", IssuedAfter?.ToString("O")), ("lease", LeaseId?.Value),
        ];
        return string.Join(", ", parts.Where(part => part.Value is not null).Select(part => $"{part.Name}={part.Value}"));
    }

    private static bool Is(string? wanted, string actual) => wanted is null || string.Equals(wanted, actual, StringComparison.Ordinal);
}
