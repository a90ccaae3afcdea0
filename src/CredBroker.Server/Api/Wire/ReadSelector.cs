using CredBroker.Leases;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Api.Wire;

/// <summary>Reads a lease selector.</summary>
internal static class ReadSelector
{
    public static LeaseSelector From(V1.LeaseSelector? wire)
    {
        if (wire is null) return new LeaseSelector();
        new RequestLimits()
            .Text("selector.tenant", wire.Tenant)
            .Text("selector.workload", wire.Workload)
            .Text("selector.attested_selector", wire.AttestedSelector)
            .Text("selector.template", wire.Template)
            .Text("selector.target", wire.Target)
            .Text("selector.backend", wire.Backend)
            .Text("selector.policy_version", wire.PolicyVersion)
            .ThrowIfAny();
        return Map(wire);
    }

    private static LeaseSelector Map(V1.LeaseSelector wire) => new()
    {
        Tenant = Read.Text(wire.Tenant),
        Workload = Read.Text(wire.Workload),
        AttestedSelector = Read.Text(wire.AttestedSelector),
        TaskId = ReadTask(wire.TaskId),
        Template = Read.Text(wire.Template),
        Target = Read.Text(wire.Target),
        Sensitivity = wire.Sensitivity switch
        {
            V1.Sensitivity.Unspecified => null,
            var known when Enum.IsDefined(known) => (Sensitivity)known,
            _ => throw RefusedException.Invalid("selector.sensitivity", "is not one of the known"),
        },
        Risk = ReadRisk(wire.Risk),
        Backend = Read.Text(wire.Backend),
        PolicyVersion = Read.Text(wire.PolicyVersion),
        IssuedBefore = Read.Instant(wire.IssuedBefore, "selector.issued_before"),
        IssuedAfter = Read.Instant(wire.IssuedAfter, "selector.issued_after"),
        LeaseId = ReadLease(wire.LeaseId),
    };

    private static TaskId? ReadTask(string text)
    {
        if (text.Length == 0) return null;
        return TaskId.TryParse(text, out var id) ? id : throw RefusedException.Invalid("selector.task_id", "is not the id of a task");
    }

    private static LeaseId? ReadLease(string text)
    {
        if (text.Length == 0) return null;
        return LeaseId.TryParse(text, out var id) ? id : throw RefusedException.Invalid("selector.lease_id", "is not the id of a lease");
    }

    private static RiskLevel? ReadRisk(string risk) => risk switch
    {
        "" => null,
        "low" => RiskLevel.Low,
        "medium" => RiskLevel.Medium,
        "high" => RiskLevel.High,
        "critical" => RiskLevel.Critical,
        _ => throw RefusedException.Invalid("selector.risk", "must be low, medium, high or critical"),
    };
}
