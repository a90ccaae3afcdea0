using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>A lease as a test asks for it: a token of the broker's own unless it says otherwise.</summary>
public sealed record LeaseDraft
{
    /// <summary>A backend that is another system.</summary>
    public const string OtherSystem = "vault:main";

    public static LeaseDraft Token { get; } = new();

    public static LeaseDraft Secret { get; } = new() { Template = "orders-db", Backend = OtherSystem, Audience = null };

    public string Template { get; init; } = "orders-read";

    public string Backend { get; init; } = BackendNames.Token;

    /// <summary>What of the backend it queues with; null = all of it.</summary>
    public string? BackendKey { get; init; }

    public string? Audience { get; init; } = "https://orders.example";

    public TimeSpan Ttl { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan MaxTtl { get; init; } = TimeSpan.FromMinutes(30);

    public int? PerTask { get; init; }

    public int? PerWorkload { get; init; }

    public string? IdempotencyKey { get; init; }

    public string Digest { get; init; } = "digest-1";

    /// <summary>The fence epoch that was evaluated; null = whatever the store now has.</summary>
    public long? FenceEpoch { get; init; }

    /// <summary>What people have agreed to for it.</summary>
    public ApprovalId? ApprovalId { get; init; }

    /// <summary>Digest of what is asked for.</summary>
    public string ApprovedAction { get; init; } = "";

    public LeaseIntent Build(HeldTask task, long fenceEpoch, DateTimeOffset now)
    {
        var terms = new LeaseTerms
        {
            TaskId = task.Id,
            Tenant = task.Task.Tenant,
            Workload = task.Task.Subject,
            Template = Template,
            TemplateVersion = "sha256:1",
            Target = "orders",
            Sensitivity = Sensitivity.Internal,
            Risk = RiskLevel.Low,
            Capabilities = Capabilities.Read,
            Backend = Backend,
            BackendKey = BackendKey ?? Backend,
            Revocability = Revocability.Instant,
            Renewable = true,
            CountsPerWorkload = PerWorkload is not null,
            PolicyVersion = "policy-1",
            Audience = Audience,
            Scopes = Backend == BackendNames.Token ? ["orders:read"] : [],
            ApprovalId = ApprovalId,
            Labels = [LeaseLabel.Of("tenant", task.Task.Tenant), LeaseLabel.Of("task", task.Id.Value)],
        };
        return new LeaseIntent(LeaseId.New(task.Bucket, now), terms, task.Token.SecretHash, Ttl, MaxTtl)
        {
            FenceEpoch = FenceEpoch ?? fenceEpoch,
            PerTask = PerTask,
            PerWorkload = PerWorkload,
            IdempotencyKeyHash = IdempotencyKey,
            ApprovalId = ApprovalId,
            ApprovedAction = ApprovedAction,
            RequestDigest = IdempotencyKey is null ? "" : Digest,
        };
    }
}
