using System.Diagnostics;
using System.Text.Json;
using CredBroker.Testing;
using Grpc.Net.Client;

namespace CredBroker.Benchmarks.Processes;

/// <summary>The real server as a process, built as it ships.</summary>
internal sealed class BrokerProcess : IAsyncDisposable
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly ChildProcess _process;

    private BrokerProcess(ChildProcess process, string grpc, string http)
    {
        _process = process;
        Grpc = new Uri(grpc);
        Http = new Uri(http);
        Channel = GrpcChannel.ForAddress(Grpc);
    }

    public Uri Grpc { get; }

    public Uri Http { get; }

    /// <summary>One connection, as the echo has one.</summary>
    public GrpcChannel Channel { get; }

    public ProcessUsage Usage => _process.Usage;

    /// <summary>From the start of the process until it said that it is ready.</summary>
    public TimeSpan StartedIn { get; private init; }

    /// <summary>The server of this checkout.</summary>
    public static string DefaultProgram { get; } =
        Path.Combine(Repository.Root, "src", "CredBroker.Server", "bin", Configuration, "net10.0", "CredBroker.Server.dll");

    public static async Task<BrokerProcess> StartAsync(
        string program, string data, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        var endpoints = Path.Combine(data, "run", "endpoints.json");
        if (File.Exists(endpoints)) File.Delete(endpoints);
        var process = ChildProcess.Start("The broker", "dotnet", [program], settings, Path.GetDirectoryName(program));
        try
        {
            await process.UntilAsync(_ => Task.FromResult(File.Exists(endpoints)), StartLimit, cancellationToken);
            var addresses = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(endpoints, cancellationToken))!;
            using var http = new HttpClient();
            await process.UntilAsync(token => IsReadyAsync(http, addresses["http"], token), StartLimit, cancellationToken);
            return new BrokerProcess(process, addresses["grpc"], addresses["http"]) { StartedIn = Stopwatch.GetElapsedTime(begun) };
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _process.DisposeAsync();
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, string address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"{address}/readyz"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
