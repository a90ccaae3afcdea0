using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Revocation;

/// <summary>Asks backends to revoke, one lane each. Any number of brokers share the work: a claim belongs to whoever made it.</summary>
internal sealed class RevocationWorker(
    BackendRegistry backends,
    IRevocationBacklog backlog,
    BackendRevoker revoker,
    IOptions<RevocationOptions> options,
    TimeProvider time,
    ILoggerFactory loggers) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(backends.Names.Where(name => name != BackendNames.Token).Select(name => RunLaneAsync(name, stoppingToken)));

    private async Task RunLaneAsync(string backend, CancellationToken cancellationToken)
    {
        var logger = loggers.CreateLogger<LaneTurns>();
        await using var lane = new BackendLane(backend, backlog, revoker, options.Value, time, logger);
        using var worker = new LaneTurns(lane, time, logger);
        await worker.StartAsync(cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await worker.StopAsync(CancellationToken.None);
    }

    private sealed class LaneTurns(BackendLane lane, TimeProvider time, ILogger logger) : RepeatingWorker(time, logger)
    {
        protected override TimeSpan Pause => TimeSpan.FromMilliseconds(100);

        protected override Task TurnAsync(CancellationToken cancellationToken) => lane.RunOnceAsync(cancellationToken);
    }
}
