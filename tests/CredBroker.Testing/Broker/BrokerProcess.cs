using System.Diagnostics;
using System.Text;
using CredBroker.Testing.Verification;

namespace CredBroker.Testing.Broker;

/// <summary>The real, built server as a process of its own. It can be killed at any moment and started again on the same site.</summary>
public sealed class BrokerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private BrokerProcess(Process process, BrokerSite site)
    {
        _process = process;
        Site = site;
        process.OutputDataReceived += (_, line) => Collect(line.Data);
        process.ErrorDataReceived += (_, line) => Collect(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public BrokerSite Site { get; }

    /// <summary>Calls of this broker, where it listens without TLS; they end with it.</summary>
    public BrokerCalls Calls { get; private set; } = null!;

    public bool HasExited => _process.HasExited;

    /// <summary>How much memory it now has.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Everything that it has written so far, to either stream.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Starts one and waits until it is ready.</summary>
    /// <param name="site">What it is started on.</param>
    /// <param name="program">The program, beside the tests.</param>
    /// <param name="environment">Environment variables for it alone.</param>
    public static async Task<BrokerProcess> StartAsync(
        BrokerSite site, string program = "CredBroker.Server.dll", IReadOnlyDictionary<string, string>? environment = null)
    {
        if (File.Exists(site.EndpointsFile)) File.Delete(site.EndpointsFile);
        var broker = new BrokerProcess(Launch(site, program, environment), site);
        try
        {
            await Eventually.IsTrueAsync(() => broker.HasExited || File.Exists(site.EndpointsFile), "the broker has started", StartPatience);
            if (broker.HasExited) throw new InvalidOperationException($"The broker ended at start:\n{broker.Output}");
            if (site.ReadEndpoints().ContainsKey("grpc")) broker.Calls = new BrokerCalls(site);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one that is expected not to stay; returns its exit code and what it wrote to standard error.</summary>
    public static async Task<(int ExitCode, string Error)> RunToEndAsync(BrokerSite site)
    {
        using var process = Launch(site, "CredBroker.Server.dll", environment: null);
        using var limit = new CancellationTokenSource(StartPatience, TimeProvider.System);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            await output;
            return (process.ExitCode, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    /// <summary>SIGKILL: nothing of it runs any more when this returns.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and nothing is waited for.</summary>
    public void Terminate() => UnixSignal.Send(_process, UnixSignal.Terminate);

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        Terminate();
        return await WaitForEndAsync();
    }

    /// <summary>Waits until it has ended by itself; returns the exit code.</summary>
    public async Task<int> WaitForEndAsync()
    {
        using var limit = new CancellationTokenSource(StopPatience, TimeProvider.System);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Calls?.Dispose();
        _process.Dispose();
    }

    private static Process Launch(BrokerSite site, string program, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. site.Arguments])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // A killed process would leave its debugger's pipes in the temporary folder.
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private void Collect(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
    }
}
