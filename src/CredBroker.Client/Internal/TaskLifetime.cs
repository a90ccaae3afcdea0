using Microsoft.Extensions.Logging;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Internal;

/// <summary>Keeps a task alive and ends it. A task that was only joined, or was detached, is neither kept alive nor ended by disposal.</summary>
internal sealed partial class TaskLifetime : IAsyncDisposable
{
    private static readonly TimeSpan DisposalLimit = TimeSpan.FromSeconds(5);

    private readonly TaskSession _session;
    private readonly OpenTasks? _openTasks;
    private readonly CancellationTokenSource _stop = new();
    private readonly ILogger _logger;
    private Task _heartbeats = Task.CompletedTask;
    private volatile string _outcome = "completed";
    private volatile bool _owned;
    private volatile bool _asked;
    private volatile bool _ended;

    /// <summary>The life of a task.</summary>
    /// <param name="session">The task.</param>
    /// <param name="openTasks">Where tasks that this process has to end are noted; null for one that it does not own.</param>
    public TaskLifetime(TaskSession session, OpenTasks? openTasks)
    {
        _session = session;
        _openTasks = openTasks;
        _owned = openTasks is not null;
        _logger = session.Connection.Loggers.CreateLogger<TaskLifetime>();
    }

    public void Start(TimeSpan? heartbeatInterval)
    {
        _heartbeats = new HeartbeatLoop(_session, heartbeatInterval).RunAsync(_stop.Token);
        _openTasks?.Add(this);
    }

    public void Fail(string reason) => _outcome = $"failed: {reason}";

    public void Release()
    {
        _owned = false;
        _stop.Cancel();
        _openTasks?.Remove(this);
    }

    public async Task<TaskReceipt> EndAsync(string? outcome, TimeSpan? wait, CancellationToken cancellationToken)
    {
        _asked = true;
        _session.MarkEnded();
        var request = new Wire.EndTaskRequest { Outcome = outcome ?? _outcome, Wait = wait?.ToDuration() };
        var broker = _session.Connection;
        var answer = await broker.CallAsync(broker.Tasks.EndTaskAsync, request, _session.RevealToken(), cancellationToken, wait ?? TimeSpan.Zero, prove: _session.IsBound);
        _ended = true;
        _openTasks?.Remove(this);
        return (answer.Receipt ?? new Wire.TaskReceipt { TaskId = _session.TaskId }).ToReceipt();
    }

    /// <summary>Ends an owned task; never throws.</summary>
    public async Task EndQuietlyAsync(string? outcome, TimeSpan limit)
    {
        if (!_owned || _ended) return;
        try
        {
            using var timeout = new CancellationTokenSource(limit, _session.Time);
            await EndAsync(outcome, wait: null, timeout.Token);
        }
        catch (Exception e) when (e is BrokerException or OperationCanceledException)
        {
            NotEnded(_session.TaskId, e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Where it is the broker that said that the task is over, there is nothing left to end.
        if (_asked || !_session.Ended.IsCancellationRequested) await EndQuietlyAsync(outcome: null, DisposalLimit);
        Release();
        await _heartbeats;
        _session.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {TaskId} could not be ended and dies when its heartbeats are missed: {Reason}")]
    private partial void NotEnded(string taskId, string reason);
}
