using CredBroker.Tasks;

namespace CredBroker.Tests.Tasks;

/// <summary>Tasks in memory that can only be read, and how often they were.</summary>
internal sealed class CountingTaskStore : ITaskStore
{
    private readonly Dictionary<TaskId, AgentTask> _tasks = [];

    public int Reads { get; set; }

    /// <summary>Adds a task; returns its token.</summary>
    public TaskToken Add(string purpose)
    {
        var token = TaskToken.New(TaskId.New(bucket: 7, TimeProvider.System.GetUtcNow()));
        _tasks[token.TaskId] = new AgentTask
        {
            Id = token.TaskId,
            Tenant = "acme",
            Subject = "spiffe://acme.example/agent",
            Attestor = "spiffe_jwt",
            Kind = WorkloadKind.Agent,
            EvidenceDigest = new string('0', 64),
            Purpose = purpose,
            TransactionId = token.TaskId.Value,
            TokenHash = token.SecretHash,
            HeartbeatInterval = TimeSpan.FromMinutes(1),
            ReattestEvery = TimeSpan.FromMinutes(30),
            MaxDuration = TimeSpan.FromHours(1),
        };
        return token;
    }

    public Task<AgentTask?> FindAsync(TaskId id, CancellationToken cancellationToken)
    {
        Reads++;
        return Task.FromResult(_tasks.GetValueOrDefault(id));
    }

    public Task<OpenOutcome> OpenAsync(AgentTask task, string requestDigest, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<HeartbeatOutcome> HeartbeatAsync(TaskToken token, bool reattested, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SealOutcome> SealAsync(SealRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task FinishAsync(AgentTask task, TimeSpan remember, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<TaskId>> ListChildrenAsync(TaskId id, CancellationToken cancellationToken) => throw new NotSupportedException();
}
