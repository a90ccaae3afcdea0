using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>A task as a test asks for it: in a bucket of its own unless it says otherwise.</summary>
public sealed record TaskDraft
{
    public string Tenant { get; init; } = "acme";

    public string Subject { get; init; } = $"spiffe://acme.example/agent/{Guid.NewGuid():N}";

    public string? TaskRef { get; init; }

    public HeldTask? Parent { get; init; }

    public int? Bucket { get; init; }

    public string Digest { get; init; } = "digest-1";

    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan ReattestEvery { get; init; } = TimeSpan.FromMinutes(30);

    public HeldTask Build(DateTimeOffset now)
    {
        var bucket = Parent?.Bucket ?? Bucket ?? Buckets.Of(Tenant, Subject, TaskRef ?? "");
        var id = TaskId.New(bucket, now);
        var token = TaskToken.New(id);
        var task = new AgentTask
        {
            Id = id,
            TaskRef = TaskRef,
            Ancestors = Parent is null ? [] : [Parent.Id, .. Parent.Task.Ancestors],
            Tenant = Tenant,
            Subject = Subject,
            Attestor = "spiffe_jwt",
            Kind = WorkloadKind.Agent,
            EvidenceDigest = new string('0', 64),
            Purpose = "reconcile the orders of today",
            TransactionId = Parent?.Task.TransactionId ?? id.Value,
            TokenHash = token.SecretHash,
            HeartbeatInterval = HeartbeatInterval,
            ReattestEvery = ReattestEvery,
            MaxDuration = MaxDuration,
        };
        return new HeldTask(task, token);
    }
}
