using CredBroker.Revocation;

namespace CredBroker.Server.Revocation;

/// <summary>
/// One order at its own pace: others do not wait for it, and while its backends say nothing it is looked at less and less often.
/// </summary>
internal sealed partial class OrderLane(OrderDrain drain, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    private Task _turn = Task.CompletedTask;
    private TimeSpan _pause;
    private long _endedAt;

    /// <summary>Whether nothing of it is under way.</summary>
    public bool IsIdle => _turn.IsCompleted;

    /// <summary>Begins a turn, unless the one before has not come to its end or was so short a time ago that nothing can have changed.</summary>
    public void Begin(RevocationOrder order, CancellationToken cancellationToken)
    {
        if (_turn.IsCompleted && time.GetElapsedTime(_endedAt) >= _pause)
            _turn = Task.Run(() => TurnAsync(order, cancellationToken), CancellationToken.None);
    }

    private async Task TurnAsync(RevocationOrder order, CancellationToken cancellationToken)
    {
        var moved = false;
        try
        {
            moved = !(await drain.ContinueAsync(order, cancellationToken)).IsAsFarAs(order);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The broker stops; another goes on.
        }
        catch (RefusedException refusal)
        {
            LogPostponed(logger, order.Id.Value, ReasonName.Of(refusal.Reason));
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception, order.Id.Value);
        }

        _pause = moved ? TimeSpan.Zero : Longer(_pause);
        _endedAt = time.GetTimestamp();
    }

    private static TimeSpan Longer(TimeSpan pause)
    {
        if (pause == TimeSpan.Zero) return FirstPause;
        return pause * 2 < LongestPause ? pause * 2 : LongestPause;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The revocation order {OrderId} will be gone on with: {Reason}")]
    private static partial void LogPostponed(ILogger logger, string orderId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The revocation order {OrderId} met a fault; it will be gone on with")]
    private static partial void LogFailed(ILogger logger, Exception exception, string orderId);
}
