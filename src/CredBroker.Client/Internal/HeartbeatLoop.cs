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
            var answer = await _session.HeartbeatAsync(withEvidence: false, cancellationToken);
            _attestedUntil = answer.AttestedUntil?.ToDateTimeOffset();
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            if (_session.Ended.IsCancellationRequested) Over(_session.TaskId, Say(e));
            else Missed(_session.TaskId, Say(e));
            return false;
        }

        if (EvidenceIsDue()) await ProveAsync(cancellationToken);
        return true;
    }

    // After the beat and no longer than to the next: a task lives on without evidence, though nothing more is issued to it.
    private async Task ProveAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_period, _session.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var answer = await _session.HeartbeatAsync(withEvidence: true, either.Token);
            _attestedUntil = answer.AttestedUntil?.ToDateTimeOffset();
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            if (_session.Ended.IsCancellationRequested) Over(_session.TaskId, Say(e));
            else Unproved(_session.TaskId, Say(e));
        }
    }

    // An evidence source may be anybody's, and its messages may hold anything.
    private static string Say(Exception e) => e is BrokerException ? e.Message : e.GetType().Name;

    // Two beats early, so that one failure still leaves another try.
    private bool EvidenceIsDue() => _attestedUntil is { } until && _session.Time.GetUtcNow() >= until - (_period * 2);

    private TimeSpan Sooner(int failures)
    {
        var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failures - 1), 30)) / 2;
        return wait < _period ? wait : _period;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A heartbeat of task {TaskId} failed: {Reason}")]
    private partial void Missed(string taskId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {TaskId} has no fresh evidence: {Reason}")]
    private partial void Unproved(string taskId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {TaskId} is over: {Reason}")]
    private partial void Over(string taskId, string reason);
}
