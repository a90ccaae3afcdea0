using CredBroker.Tasks;

namespace CredBroker.Tests.Revocation;

/// <summary>Tasks in memory, as far as ending them goes. Looking for what is below one can be held up.</summary>
internal sealed class StubTasks : ITaskStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TaskId, AgentTask> _tasks = [];
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isHeld;
    private int _waiting;

    /// <summary>How many endings are held up.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public TaskId Add(int bucket = 3)
    {
        var now = new DateTimeOffset(2026, 3, 14, 8, 0, 0, TimeSpan.Zero);
        var task = new AgentTask
        {
            Id = TaskId.New(bucket, now),
            Tenant = "payments",
            Subject = "spiffe://acme.test/agent/a",
            Attestor = "spiffe_jwt",
            Kind = WorkloadKind.Agent,
            EvidenceDigest = new string('0', 64),
            Purpose = "test",
            TransactionId = "txn",
            TokenHash = "hash",
            HeartbeatInterval = TimeSpan.FromSeconds(30),
            ReattestEvery = TimeSpan.FromMinutes(10),
            MaxDuration = TimeSpan.FromHours(1),
        };
        lock (_gate) _tasks.Add(task.Id, task);
        return task.Id;
    }

    public int Count(TaskState state)
    {
        lock (_gate) return _tasks.Values.Count(task => task.State == state);
    }

    /// <summary>From now on every ending waits for <see cref="LetGo"/>.</summary>
    public void Hold() => _isHeld = true;

    public void LetGo() => _held.TrySetResult();

    public Task<SealOutcome> SealAsync(SealRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var task = _tasks[request.TaskId];
            if (task.State == TaskState.Ended) return Task.FromResult(SealOutcome.WasEnded);
            _tasks[task.Id] = task with { State = TaskState.Sealed, EndReason = request.Reason };
            return Task.FromResult(task.State == TaskState.Open ? SealOutcome.Sealed : SealOutcome.WasSealed);
        }
    }

    public Task<AgentTask?> FindAsync(TaskId id, CancellationToken cancellationToken)
    {
        lock (_gate) return Task.FromResult(_tasks.GetValueOrDefault(id));
    }

    public Task FinishAsync(AgentTask task, TimeSpan remember, CancellationToken cancellationToken)
    {
        lock (_gate) _tasks[task.Id] = task with { State = TaskState.Ended };
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<TaskId>> ListChildrenAsync(TaskId id, CancellationToken cancellationToken)
    {
        if (!_isHeld) return [];
        Interlocked.Increment(ref _waiting);
        await _held.Task.WaitAsync(cancellationToken);
        return [];
    }

    public Task<OpenOutcome> OpenAsync(AgentTask task, string requestDigest, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<HeartbeatOutcome> HeartbeatAsync(TaskToken token, bool reattested, CancellationToken cancellationToken) => throw new NotSupportedException();
}
