namespace CredBroker.Server.Hosting;

/// <summary>Repeats one turn of work. A turn that fails is logged and tried again; the worker goes on.</summary>
internal abstract partial class RepeatingWorker(TimeProvider time, ILogger logger) : BackgroundService
{
    /// <summary>The pause after a turn.</summary>
    protected abstract TimeSpan Pause { get; }

    protected abstract Task TurnAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (RefusedException exception)
            {
                LogPostponed(logger, GetType().Name, ReasonName.Of(exception.Reason));
            }
            catch (Exception exception)
            {
                LogFailed(logger, exception, GetType().Name);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Worker} will try again: {Reason}")]
    private static partial void LogPostponed(ILogger logger, string worker, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Worker} met a fault and will try again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string worker);
}
