using System.Diagnostics;
using System.Globalization;

namespace CredBroker.Testing.Stores;

/// <summary>
/// A redis-server of the test's own on a loopback port, with its data in a temporary folder: append-only file, synced every second,
/// no eviction. It can be killed, paused and started again on the same port and data.
/// </summary>
public sealed class RedisServerProcess : IRedisServers
{
    private const int StartTries = 5;
    private readonly string[] _arguments;
    private Process? _process;

    private RedisServerProcess(string[] arguments)
    {
        _arguments = arguments;
        Folder = Directory.CreateTempSubdirectory("credbroker-redis-").FullName;
        Port = StorePorts.Next();
    }

    /// <summary>Where it keeps its data.</summary>
    public string Folder { get; }

    /// <summary>Its port on 127.0.0.1; the same after a restart.</summary>
    public int Port { get; private set; }

    /// <summary>Its process; changes with a restart.</summary>
    public int ProcessId => Running.Id;

    /// <inheritdoc/>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    private Process Running => _process ?? throw new InvalidOperationException("The server does not run.");

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="arguments">What goes after the settings above and may change them, such as <c>--maxmemory</c>, <c>50mb</c>.</param>
    /// <exception cref="StoreMissingException">Redis is not installed.</exception>
    public static async Task<RedisServerProcess> StartAsync(params string[] arguments)
    {
        RedisProgram.RequireInstalled();
        var server = new RedisServerProcess(arguments);
        try
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    await server.StartAgainAsync();
                    return server;
                }
                catch (RedisStartException e) when (e.PortTaken && tries < StartTries)
                {
                    server.Port = StorePorts.Next();
                }
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again after <see cref="KillAsync"/> or <see cref="StopAsync"/>, with what it had kept.</summary>
    public async Task StartAgainAsync()
    {
        _process = RedisProgram.Start("redis-server", [.. Settings(), .. _arguments]);
        await RedisProgram.AnswersAsync(_process, Port);
    }

    /// <summary>Kills it without warning: what was not yet synced may be gone.</summary>
    public Task KillAsync() => EndAsync(process => process.Kill());

    /// <summary>Lets it end by itself, with all its data written.</summary>
    public Task StopAsync() => EndAsync(process => UnixSignal.Send(process, UnixSignal.Terminate));

    /// <summary>Freezes it: connections stay open and nothing is answered.</summary>
    public void Pause() => UnixSignal.Send(Running, UnixSignal.Stop);

    /// <summary>Lets it go on.</summary>
    public void Continue() => UnixSignal.Send(Running, UnixSignal.Continue);

    /// <summary>Runs a command with redis-cli; the answer as it prints it.</summary>
    public Task<string> CommandAsync(params string[] command) => RedisProgram.CommandAsync(Port, command);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    private string[] Settings() =>
    [
        "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", Folder, "--save", "",
        "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction", "--loglevel", "notice",
    ];

    private async Task EndAsync(Action<Process> end)
    {
        if (_process is not { } process) return;
        _process = null;
        if (!process.HasExited)
        {
            end(process);
            await process.WaitForExitAsync().WaitAsync(RedisProgram.Patience);
        }

        process.Dispose();
    }
}
