using CredBroker.Server.Storage;
using CredBroker.Server.Storage.Redis;
using CredBroker.Server.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Storage.Forms;

/// <summary>Every form that a store comes in.</summary>
internal static class StoreForms
{
    public static StoreForm Embedded { get; } = new("embedded", StartEmbeddedAsync);

    public static StoreForm Redis { get; } = new("redis", StartRedisAsync);

    public static IEnumerable<StoreForm> All => [Embedded, Redis];

    private static async Task<StoreServers> StartEmbeddedAsync()
    {
        var folder = new ScratchFolder();
        var connection = new StoreConnection(Options.Create(new RedisOptions { CallTimeout = BrokerServices.CallTimeout }), folder.Data, NullLoggerFactory.Instance);
        await connection.OpenAsync(CancellationToken.None);
        return new StoreServers(connection.Multiplexer, StopAsync) { Embedded = connection };

        async ValueTask StopAsync()
        {
            await connection.DisposeAsync();
            folder.Dispose();
        }
    }

    private static async Task<StoreServers> StartRedisAsync()
    {
        var server = await RedisProcess.StartAsync();
        var admin = await ConnectionMultiplexer.ConnectAsync($"{server.EndPoint},allowAdmin=true,abortConnect=false");
        return new StoreServers(admin, server.DisposeAsync) { ConnectionString = server.EndPoint, Restart = server.RestartAsync };
    }
}
