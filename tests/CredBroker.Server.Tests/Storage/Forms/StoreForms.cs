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

    /// <summary>The ways to have Redis, each with one set of servers for all fixtures.</summary>
    private static Dictionary<RedisForm, StoreForm> Shared { get; } = RedisForms.All.ToDictionary(form => form, FormOf);

    /// <summary>One server as a process: what properties and races run on.</summary>
    public static StoreForm Redis => Shared[RedisForms.Server];

    public static IReadOnlyList<StoreForm> All { get; } = [Embedded, .. Shared.Values];

    /// <summary>The same forms for tests that wait for failovers: those that fail over have servers of their own, so that no other fixture waits too.</summary>
    public static IReadOnlyList<StoreForm> ForOutages { get; } =
        [Embedded, .. Shared.Select(form => form.Key == RedisForms.Cluster || form.Key == RedisForms.Sentinel ? OwnFormOf(form.Key) : form.Value)];

    private static StoreForm FormOf(RedisForm form) => new(form.Name, form.ReasonToSkipAsync, async () =>
        // The servers are not ours to end: other tests use them too.
        await ConnectAsync(await form.GetAsync(), () => ValueTask.CompletedTask));

    private static StoreForm OwnFormOf(RedisForm form) => new(form.Name, form.ReasonToSkipAsync, async () =>
    {
        var servers = await form.StartMoreAsync();
        return await ConnectAsync(servers, servers.DisposeAsync);
    });

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

    private static async Task<StoreServers> ConnectAsync(IRedisServers servers, Func<ValueTask> stop)
    {
        var admin = await ConnectionMultiplexer.ConnectAsync($"{servers.ConnectionString},allowAdmin=true,abortConnect=false");
        return new StoreServers(admin, stop) { ConnectionString = servers.ConnectionString, Restart = RestartOf(servers) };
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
