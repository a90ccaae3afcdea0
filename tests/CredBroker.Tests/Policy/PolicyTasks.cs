using CredBroker.Tasks;

namespace CredBroker.Tests.Policy;

/// <summary>Tasks to ask policy about.</summary>
internal static class PolicyTasks
{
    public static AgentTask Agent { get; } = new()
    {
        Id = TaskId.New(0, DateTimeOffset.UnixEpoch),
        Tenant = "payments",
        Subject = "spiffe://acme.test/agent/one",
        Attestor = "spiffe_jwt",
        Kind = WorkloadKind.Agent,
        Selectors = ["spiffe:trust_domain:acme.test"],
        EvidenceDigest = new string('0', 64),
        Purpose = "reconcile",
        TransactionId = "t",
        TokenHash = new string('0', 64),
        HeartbeatInterval = TimeSpan.FromSeconds(30),
        ReattestEvery = TimeSpan.FromHours(1),
        MaxDuration = TimeSpan.FromHours(4),
    };
}
