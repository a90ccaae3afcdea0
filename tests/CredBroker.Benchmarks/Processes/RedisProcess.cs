using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace CredBroker.Benchmarks.Processes;

/// <summary>A real Redis of its own on loopback, as durable as the documentation asks: AOF, fsync every second, no snapshots.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly ConnectionMultiplexer _connection;

    private RedisProcess(ChildProcess process, ConnectionMultiplexer connection, string address)
    {
        _process = process;
        _connection = connection;
        Address = address;
    }

    public string Address { get; }

    public ProcessUsage Usage => _process.Usage;

    public static async Task<RedisProcess> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var port = FreePort().ToString(CultureInfo.InvariantCulture);
        var process = ChildProcess.Start("redis-server", "redis-server",
        [
            "--bind", "127.0.0.1", "--port", port, "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
            "--maxmemory-policy", "noeviction", "--daemonize", "no",
        ]);
        var address = $"127.0.0.1:{port}";
        try
        {
            ConnectionMultiplexer? connection = null;
            await process.UntilAsync(async _ => (connection = await TryConnectAsync(address)) is not null, TimeSpan.FromSeconds(20), cancellationToken);
            return new RedisProcess(process, connection!, address);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Bytes that the data takes, as Redis accounts for them: keys, values, indexes and what the allocator rounds up.</summary>
    public Task<long> UsedMemoryAsync() => ReadAsync("memory", "used_memory:");

    /// <summary>Waits until no rewrite of the AOF goes on, which doubles what everything costs.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => _process.UntilAsync(
        async _ => await ReadAsync("persistence", "aof_rewrite_in_progress:") + await ReadAsync("persistence", "aof_rewrite_scheduled:") == 0,
        TimeSpan.FromMinutes(3),
        cancellationToken);

    /// <summary>From now on remembers every call that takes longer than a millisecond.</summary>
    public async Task WatchSlowCallsAsync()
    {
        var server = _connection.GetServer(Address);
        await server.ConfigSetAsync("slowlog-log-slower-than", 1_000);
        await server.ConfigSetAsync("slowlog-max-len", 100_000);
        await server.SlowlogResetAsync();
    }

    /// <summary>How long the slowest of them took inside Redis; a millisecond where none took longer.</summary>
    public async Task<TimeSpan> SlowestCallAsync() =>
        (await _connection.GetServer(Address).SlowlogGetAsync(100_000)).Select(call => call.Duration).Append(TimeSpan.FromMilliseconds(1)).Max();

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _process.DisposeAsync();
    }

    private async Task<long> ReadAsync(string section, string field)
    {
        var info = (string?)await _connection.GetServer(Address).ExecuteAsync("INFO", section) ?? "";
        var line = info.Split("\r\n").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(field.Length), CultureInfo.InvariantCulture);
    }

    private static async Task<ConnectionMultiplexer?> TryConnectAsync(string address)
    {
        try
        {
            return await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
            {
                EndPoints = { address },
                AbortOnConnectFail = true,
                AllowAdmin = true,
                ConnectRetry = 1,
                AsyncTimeout = 30_000,
            });
        }
        catch (RedisConnectionException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
