using CredBroker.Benchmarks.Echo;
using Grpc.Net.Client;

namespace CredBroker.Benchmarks.Processes;

/// <summary>The bare echo, and one channel to it.</summary>
internal sealed class EchoProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly GrpcChannel _channel;
    private readonly EchoMessage _message = new() { Text = "orders-api" };

    private EchoProcess(ChildProcess process, string address)
    {
        _process = process;
        _channel = GrpcChannel.ForAddress(address);
        Client = new EchoService.EchoServiceClient(_channel);
    }

    public EchoService.EchoServiceClient Client { get; }

    public ProcessUsage Usage => _process.Usage;

    public static async Task<EchoProcess> StartAsync(CancellationToken cancellationToken)
    {
        var process = ChildProcess.Start("The echo", Environment.ProcessPath!, [EchoServer.Verb]);
        try
        {
            return new EchoProcess(process, await process.ReadFirstLineAsync(TimeSpan.FromSeconds(30), cancellationToken));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async Task SayAsync() => await Client.SayAsync(_message);

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _process.DisposeAsync();
    }
}
