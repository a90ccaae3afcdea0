using System.Net.Sockets;
using CredBroker.Client.Evidence.WorkloadApi;
using Grpc.Core;
using Grpc.Net.Client;

namespace CredBroker.Client.Internal;

/// <summary>The SPIFFE agent of this machine, on its Unix socket (SPIFFE Workload API and Workload Endpoint).</summary>
internal sealed class WorkloadApiClient : IDisposable
{
    private const string SocketVariable = "SPIFFE_ENDPOINT_SOCKET";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Without it an agent must refuse, so that nobody can be talked into asking by a page in a browser.
    private static readonly Metadata Headers = new() { { "workload.spiffe.io", "true" } };

    private readonly string? _socket;
    private readonly Lock _opening = new();
    private GrpcChannel? _channel;

    /// <param name="socket"><c>unix:///path</c>; null = as the environment says.</param>
    public WorkloadApiClient(string? socket) => _socket = socket;

    /// <summary>Makes a call.</summary>
    /// <exception cref="EvidenceUnavailableException">There is no agent, or it does not know this process.</exception>
    public async Task<T> CallAsync<T>(Func<SpiffeWorkloadAPI.SpiffeWorkloadAPIClient, CallOptions, Task<T>> call, CancellationToken cancellationToken)
    {
        var api = new SpiffeWorkloadAPI.SpiffeWorkloadAPIClient(Channel());
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await call(api, new CallOptions(Headers, cancellationToken: either.Token));
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new EvidenceUnavailableException(e switch
            {
                RpcException { StatusCode: StatusCode.PermissionDenied } => "The SPIFFE agent knows no identity for this process.",
                RpcException refused when !timeout.IsCancellationRequested => $"The SPIFFE agent gives no SVID: {refused.StatusCode}.",
                _ => $"The SPIFFE agent does not answer within {Patience.TotalSeconds:0} s.",
            });
        }
    }

    public void Dispose() => _channel?.Dispose();

    private GrpcChannel Channel()
    {
        lock (_opening) return _channel ??= Open(PathOf(_socket ?? Environment.GetEnvironmentVariable(SocketVariable)));
    }

    private static GrpcChannel Open(string path) => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
    {
        ThrowOperationCanceledOnCancellation = true,
        DisposeHttpClient = true,
        HttpHandler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        },
    });

    /// <summary>The path in <c>unix:///path</c> or <c>unix:/path</c> (Workload Endpoint section 4).</summary>
    private static string PathOf(string? socket)
    {
        if (string.IsNullOrEmpty(socket)) throw new EvidenceUnavailableException($"{SocketVariable} is not set: it names the socket of the SPIFFE agent.");
        return Uri.TryCreate(socket, UriKind.Absolute, out var uri) && uri.Scheme == "unix" && uri.Host.Length == 0 && uri.AbsolutePath.Length > 1
            ? Uri.UnescapeDataString(uri.AbsolutePath)
            : throw new EvidenceUnavailableException("The socket of the SPIFFE agent must be written unix:///path.");
    }
}
