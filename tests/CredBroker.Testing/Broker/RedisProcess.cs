using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CredBroker.Testing.Verification;

namespace CredBroker.Testing.Broker;

/// <summary>A redis-server of a test's own, durable in a temporary folder. It can be paused, killed and started again on the same data.</summary>
public sealed class RedisProcess : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("credbroker-redis-").FullName;
    private readonly string[] _settings;
    private Process? _process;

    private RedisProcess(string[] settings)
    {
        _settings = settings;
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>What has to be installed first; null = nothing. With <c>CREDBROKER_REQUIRE_STORES=1</c> that is a failure and not a reason to skip.</summary>
    public static string? Missing()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (folders.Any(folder => File.Exists(Path.Combine(folder, "redis-server")))) return null;
        const string what = "redis-server is missing; run 'apt-get install redis-server'.";
        return Environment.GetEnvironmentVariable("CREDBROKER_REQUIRE_STORES") == "1" ? throw new InvalidOperationException(what) : what;
    }

    /// <summary>Starts one.</summary>
    /// <param name="settings">Options after those for durability, such as <c>--maxmemory-policy</c>, <c>allkeys-lru</c>.</param>
    public static async Task<RedisProcess> StartAsync(params string[] settings)
    {
        var redis = new RedisProcess(settings);
        await redis.StartAgainAsync();
        return redis;
    }

    public void Pause() => UnixSignal.Send(_process!, UnixSignal.Stop);

    public void Continue() => UnixSignal.Send(_process!, UnixSignal.Continue);

    public async Task KillAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts it on the port and the data of before.</summary>
    public async Task StartAgainAsync()
    {
        _process = Process.Start(new ProcessStartInfo(
            "redis-server",
            [
                "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder, "--save", "",
                "--appendonly", "yes", "--appendfsync", "everysec", "--loglevel", "warning", "--maxmemory-policy", "noeviction", .. _settings,
            ])
        {
            RedirectStandardOutput = true,
        })!;
        await Eventually.IsTrueAsync(IsReadyAsync, "redis-server answers");
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process is { HasExited: true }) throw new InvalidOperationException("redis-server ended: " + await _process.StandardOutput.ReadToEndAsync());
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[5];
            await client.GetStream().ReadExactlyAsync(answer);
            return Encoding.ASCII.GetString(answer) == "+PONG";
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
