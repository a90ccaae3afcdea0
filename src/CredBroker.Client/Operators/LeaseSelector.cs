namespace CredBroker.Client.Operators;

/// <summary>Which leases: everything that is set must match. Null = does not matter.</summary>
public sealed record LeaseSelector
{
    /// <summary>Tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>Attested subject.</summary>
    public string? Workload { get; init; }

    /// <summary>An attested selector, <c>name:value</c>.</summary>
    public string? AttestedSelector { get; init; }

    /// <summary>A task and every task below it.</summary>
    public string? TaskId { get; init; }

    /// <summary>Template.</summary>
    public string? Template { get; init; }

    /// <summary>Target.</summary>
    public string? Target { get; init; }

    /// <summary>Sensitivity of the target.</summary>
    public Sensitivity? Sensitivity { get; init; }

    /// <summary>Risk of the template: <c>low</c>, <c>medium</c>, <c>high</c> or <c>critical</c>.</summary>
    public string? Risk { get; init; }

    /// <summary>Backend.</summary>
    public string? Backend { get; init; }

    /// <summary>Policy version.</summary>
    public string? PolicyVersion { get; init; }

    /// <summary>Issued at or before.</summary>
    public DateTimeOffset? IssuedBefore { get; init; }

    /// <summary>Issued at or after.</summary>
    public DateTimeOffset? IssuedAfter { get; init; }

    /// <summary>One lease.</summary>
    public string? LeaseId { get; init; }

    /// <summary>For people: <c>tenant=payments, template=orders-api</c>.</summary>
    public override string ToString()
    {
        (string Name, string? Value)[] parts =
        [
            ("tenant", Tenant), ("workload", Workload), ("attested-selector", AttestedSelector), ("task", TaskId), ("template", Template),
            ("target", Target), ("sensitivity", Sensitivity?.ToString().ToLowerInvariant()), ("risk", Risk), ("backend", Backend),
            ("policy-version", PolicyVersion), ("issued-before", IssuedBefore?.ToString("u")), ("issued-after", IssuedAfter?.ToString("u")),
            ("lease", LeaseId),
        ];
        return string.Join(", ", parts.Where(p => p.Value is not null).Select(p => $"{p.Name}={p.Value}"));
    }
}
