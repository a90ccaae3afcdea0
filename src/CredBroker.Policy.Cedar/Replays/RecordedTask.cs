using CredBroker.Tasks;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>A task as the line of its opening tells of it.</summary>
internal static class RecordedTask
{
    private const int MaxDepth = 64;

    /// <summary>The task; null where the line does not tell enough.</summary>
    public static AgentTask? Of(AuditLine line)
    {
        if (line.IsTruncated || line.Fact(DecisionFacts.Attestor) is not { } attestor || FactReader.Number(line, DecisionFacts.Depth) is not { } depth || depth > MaxDepth) return null;
        if (FactReader.Json<string[]>(line, DecisionFacts.Selectors) is not { } selectors
            || FactReader.Json<Dictionary<string, string>>(line, DecisionFacts.Labels) is not { } labels
            || FactReader.Json<string[]>(line, DecisionFacts.Vouched) is not { } vouched
            || FactReader.Json<string[]>(line, DecisionFacts.Delegated) is not { } delegated) return null;
        // A task that was not opened may have no id; it has to be some task all the same.
        var id = TaskId.TryParse(line.Task, out var own) ? own : TaskId.New(0, line.Time);
        return new AgentTask
        {
            Id = id,
            Ancestors = [.. Enumerable.Range(0, depth).Select(_ => TaskId.New(id.Bucket, line.Time))],
            Ceiling = depth == 0 ? null : [.. delegated.Select(template => new DelegatedTemplate(template, Capabilities.None, null))],
            Tenant = line.Tenant,
            Subject = line.Subject,
            Attestor = attestor,
            Kind = Enum.TryParse<WorkloadKind>(line.Kind, ignoreCase: true, out var kind) ? kind : WorkloadKind.Agent,
            Selectors = selectors,
            EvidenceDigest = "",
            Purpose = line.Fact(DecisionFacts.Purpose) ?? "",
            Intent = line.Fact(DecisionFacts.Intent) ?? "",
            Labels = labels,
            Vouched = vouched,
            TransactionId = id.Value,
            TokenHash = "",
            HeartbeatInterval = TimeSpan.Zero,
            ReattestEvery = TimeSpan.Zero,
            MaxDuration = TimeSpan.Zero,
            OpenedAt = line.Type == "task_opened" ? line.Time : default,
        };
    }
}
