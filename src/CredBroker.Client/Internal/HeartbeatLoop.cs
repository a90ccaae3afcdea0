using Microsoft.Extensions.Logging;

namespace CredBroker.Client.Internal;

/// <summary>
/// Tells the broker that the agent is still at work, three times per interval, so that two lost beats do no harm. It goes on through
/// outages until the broker says that the task is over.
/// </summary>
internal sealed partial class HeartbeatLoop
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    private readonly TaskSession _session;
    private readonly TimeSpan _period;
    private readonly ILogger _logger;
    private DateTimeOffset? _attestedUntil;

    public HeartbeatLoop(TaskSession session, TimeSpan? interval)
    {
        _session = session;
        var stated = interval is { } given && given > TimeSpan.Zero ? given : Usual;
        _period = stated / 3 > Shortest ? stated / 3 : Shortest;
        _logger = session.Connection.Loggers.CreateLogger<HeartbeatLoop>();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _session.Ended);
        var failures = 0;
        try
        {
            while (true)
            {
                await Task.Delay(failures == 0 ? _period : Sooner(failures), _session.Time, either.Token);
                failures = await BeatAsync(either.Token) ? 0 : failures + 1;
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The task ended, here or there.
        }
    }

    private async Task<bool> BeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _session.HeartbeatAsync(EvidenceIsDue(), cancellationToken);
            _attestedUntil = answer.AttestedUntil?.ToDateTimeOffset();
            return true;
        }
        catch (BrokerException e)
        {
            if (_session.Ended.IsCancellationRequested) Over(_session.TaskId, e.Message);
            else Missed(_session.TaskId, e.Message);
            return false;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whoever else wrote the source of evidence, one failure of it must not be the last beat. Its message may hold anything.
            Missed(_session.TaskId, e.GetType().Name);
            return false;
        }
    }

    // Two beats early, so that one failure still leaves another try.
    private bool EvidenceIsDue() => _attestedUntil is { } until && _session.Time.GetUtcNow() >= until - (_period * 2);

    private TimeSpan Sooner(int failures)
    {
        var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failures - 1), 30)) / 2;
        return wait < _period ? wait : _period;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A heartbeat of task {TaskId} failed: {Reason}")]
    private partial void Missed(string taskId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {TaskId} is over: {Reason}")]
    private partial void Over(string taskId, string reason);
}
