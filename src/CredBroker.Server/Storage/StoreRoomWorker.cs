using CredBroker.Server.Hosting;
using CredBroker.Server.Storage.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CredBroker.Server.Storage;

/// <summary>Watches how full the store is. The embedded one has no limit of its own.</summary>
internal sealed class StoreRoomWorker(StoreRoom room, IOptions<RedisOptions> options, TimeProvider time, ILogger<StoreRoomWorker> logger)
    : RepeatingWorker(time, logger)
{
    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        if (options.Value.IsEmbedded) return;
        try
        {
            await room.LookAsync();
        }
        catch (Exception exception) when (exception is RedisException or RedisTimeoutException or RedisCommandException)
        {
            throw RedisStore.Unavailable(exception: exception);
        }
    }
}
