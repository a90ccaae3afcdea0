using CredBroker.Server.Storage;
using CredBroker.Server.Storage.Redis;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Storage.Forms;

/// <summary>Every form that a store comes in.</summary>
internal static class StoreForms
{
    public static StoreForm Embedded { get; } = new("embedded", () => Task.FromResult<string?>(null), StartEmbeddedAsync);

    /// <summary>One server as a process: what properties and races run on.</summary>
    public static StoreForm Redis { get; } = FormOf(RedisForms.Server);

    /// <summary>The other ways to have Redis.</summary>
    private static IReadOnlyList<StoreForm> Others { get; } = [.. RedisForms.All.Where(form => form != RedisForms.Server).Select(FormOf)];

    public static IEnumerable<StoreForm> All => [Embedded, Redis, .. Others];

    private static StoreForm FormOf(RedisForm form) => new(form.Name, form.ReasonToSkipAsync, async () => await ConnectAsync(await form.GetAsync()));

    private static async Task<StoreServers> StartEmbeddedAsync()
    {
        var folder = new ScratchFolder();
        var connection = new StoreConnection(
            Options.Create(new RedisOptions { CallTimeout = BrokerServices.CallTimeout }), folder.Data, NullLoggerFactory.Instance);
        await connection.OpenAsync(CancellationToken.None);
        return new StoreServers(connection.Multiplexer, StopAsync) { Embedded = connection };

        async ValueTask StopAsync()
        {
            await connection.DisposeAsync();
            folder.Dispose();
        }
    }

    private static async Task<StoreServers> ConnectAsync(IRedisServers servers)
    {
        var admin = await ConnectionMultiplexer.ConnectAsync($"{servers.ConnectionString},allowAdmin=true,abortConnect=false");
        // The servers are not ours to end: other tests use them too.
        return new StoreServers(admin, () => ValueTask.CompletedTask) { ConnectionString = servers.ConnectionString, Restart = RestartOf(servers) };
    }

    private static Func<Task>? RestartOf(IRedisServers servers) => servers switch
    {
        RedisServerProcess one => () => RestartAsync(one),
        RedisSentinelProcesses pair => pair.FailOverAsync,
        RedisClusterProcesses cluster => () => FailOverAsync(cluster),
        _ => null,
    };

    private static async Task RestartAsync(RedisServerProcess server)
    {
        // A kill may cost what was not yet synced; that a store is away and comes back is what is tested here.
        await server.StopAsync();
        await server.StartAgainAsync();
    }

    private static async Task FailOverAsync(RedisClusterProcesses cluster)
    {
        foreach (var master in await cluster.MastersAsync()) await cluster.FailOverAsync(master);
    }
}
