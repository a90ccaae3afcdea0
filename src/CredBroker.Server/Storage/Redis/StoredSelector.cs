using CredBroker.Leases;

namespace CredBroker.Server.Storage.Redis;

/// <summary>A lease selector as it is stored.</summary>
internal sealed class StoredSelector
{
    public string? Tenant { get; init; }

    public string? Workload { get; init; }

    public string? AttestedSelector { get; init; }

    public string? Task { get; init; }

    public string? Template { get; init; }

    public string? Target { get; init; }

    public int? Sensitivity { get; init; }

    public int? Risk { get; init; }

    public string? Backend { get; init; }

    public string? PolicyVersion { get; init; }

    public long? IssuedBefore { get; init; }

    public long? IssuedAfter { get; init; }

    public string? Lease { get; init; }

    public static StoredSelector From(LeaseSelector selector) => new()
    {
        Tenant = selector.Tenant,
        Workload = selector.Workload,
        AttestedSelector = selector.AttestedSelector,
        Task = selector.TaskId?.Value,
        Template = selector.Template,
        Target = selector.Target,
        Sensitivity = (int?)selector.Sensitivity,
        Risk = (int?)selector.Risk,
        Backend = selector.Backend,
        PolicyVersion = selector.PolicyVersion,
        IssuedBefore = selector.IssuedBefore?.ToUnixTimeMilliseconds(),
        IssuedAfter = selector.IssuedAfter?.ToUnixTimeMilliseconds(),
        Lease = selector.LeaseId?.Value,
    };

    public LeaseSelector ToSelector() => new()
    {
        Tenant = Tenant,
        Workload = Workload,
        AttestedSelector = AttestedSelector,
        TaskId = Task is null ? null : TaskId.Parse(Task),
        Template = Template,
        Target = Target,
        Sensitivity = (Sensitivity?)Sensitivity,
        Risk = (RiskLevel?)Risk,
        Backend = Backend,
        PolicyVersion = PolicyVersion,
        IssuedBefore = IssuedBefore is { } before ? Instant.Read(before) : null,
        IssuedAfter = IssuedAfter is { } after ? Instant.Read(after) : null,
        LeaseId = Lease is null ? null : LeaseId.Parse(Lease),
    };
}
