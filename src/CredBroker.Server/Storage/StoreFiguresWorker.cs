using CredBroker.Server.Hosting;
using CredBroker.Server.Storage.Redis;
using CredBroker.Server.Telemetry;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Storage;

/// <summary>Reads the figures of the store every now and then, however often anybody asks for them. While the store does not answer, they grow old.</summary>
internal sealed class StoreFiguresWorker(
    RedisFigures figures, StoreFigureMetrics metrics, IOptions<MetricsOptions> options, TimeProvider time, ILogger<StoreFiguresWorker> logger)
    : RepeatingWorker(time, logger)
{
    protected override TimeSpan Pause => options.Value.StoreInterval;

    protected override async Task TurnAsync(CancellationToken cancellationToken) => metrics.Put(await figures.ReadAsync(cancellationToken));
}
