using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.EmbeddedStore;

/// <summary>An embedded store in a process of its own, to be killed.</summary>
internal sealed class EmbeddedStoreProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<ConnectionMultiplexer> _connections = [];

    private EmbeddedStoreProcess(Process process, string socket)
    {
        _process = process;
        Socket = socket;
    }

    public string Socket { get; }

    public int Id => _process.Id;

    /// <param name="folder">The store's folder.</param>
    /// <param name="checkpointMegabytes">Log size after which it writes a checkpoint.</param>
    /// <param name="memoryMegabytes">Memory for records.</param>
    /// <param name="largestFileBlocks">The largest file that it can write, in blocks of 512 bytes; null = no limit.</param>
    public static async Task<EmbeddedStoreProcess> StartAsync(
        string folder, int checkpointMegabytes = 64, int memoryMegabytes = 128, int? largestFileBlocks = null)
    {
        var (program, arguments) = CommandLine(folder, checkpointMegabytes, memoryMegabytes, largestFileBlocks);
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var socket = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        if (socket is not null && Path.IsPathRooted(socket)) return new EmbeddedStoreProcess(process, socket);
        process.Kill();
        throw new InvalidOperationException($"The store did not start: {socket}");
    }

    public async Task<IDatabase> ConnectAsync()
    {
        var connection = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
        {
            EndPoints = { new UnixDomainSocketEndPoint(Socket) },
            BacklogPolicy = BacklogPolicy.FailFast,
            ConnectTimeout = 20_000,
            AsyncTimeout = 20_000,
            AllowAdmin = true,
        });
        _connections.Add(connection);
        return connection.GetDatabase();
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async Task<int> StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections) await connection.DisposeAsync();
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private static (string Program, string[] Arguments) CommandLine(string folder, int checkpoint, int memory, int? blocks)
    {
        string[] store =
        [
            typeof(EmbeddedStoreProgram).Assembly.Location, folder,
            checkpoint.ToString(CultureInfo.InvariantCulture), memory.ToString(CultureInfo.InvariantCulture),
        ];
        // A program that ignores SIGXFSZ gets an error for the write instead, as from a full disk. The runtime's own memory file would count too.
        return blocks is null
            ? ("dotnet", store)
            : ("sh", ["-c", $"trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f {blocks}; exec dotnet \"$@\"", "sh", .. store]);
    }
}
