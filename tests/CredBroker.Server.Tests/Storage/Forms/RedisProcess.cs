using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CredBroker.Conformance.Stores;
using CredBroker.Server.Tests.Hosting;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Storage.Forms;

internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly int _port;
    private Process _process;

    private RedisProcess(int port)
    {
        _port = port;
        _process = Start();
    }

    public string EndPoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    public static async Task<RedisProcess> StartAsync()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var server = new RedisProcess(port);
        await server.AnswersAsync();
        return server;
    }

    public async Task RestartAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = Start();
        await AnswersAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("redis-server")
        {
            ArgumentList = { "--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--dir", _folder.Path },
            RedirectStandardOutput = true,
        };
        try
        {
            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            return process;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new StoreMissingException("redis-server is not installed: apt-get install redis-server.");
        }
    }

    private async Task AnswersAsync()
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20))
        {
            try
            {
                await using var connection = await ConnectionMultiplexer.ConnectAsync(EndPoint);
                await connection.GetDatabase().PingAsync();
                return;
            }
            catch (RedisException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }

        throw new TimeoutException("redis-server did not answer.");
    }
}
