using CredBroker.Server.Hosting;
using CredBroker.Server.Storage.Redis;
using CredBroker.Server.Telemetry;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Storage;

/// <summary>Counts live leases by template every now and then, apart from the other figures: with very many templates it takes minutes.</summary>
internal sealed class LiveLeasesWorker(
    LiveLeaseCount live, StoreFigureMetrics metrics, IOptions<MetricsOptions> options, TimeProvider time, ILogger<LiveLeasesWorker> logger)
    : RepeatingWorker(time, logger)
{
    protected override TimeSpan Pause => options.Value.StoreInterval;

    protected override async Task TurnAsync(CancellationToken cancellationToken) => metrics.Put(await live.ReadAsync(cancellationToken));
}
