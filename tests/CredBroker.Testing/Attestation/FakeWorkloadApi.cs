using System.Security.Cryptography.X509Certificates;
using CredBroker.Client.Evidence.WorkloadApi;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CredBroker.Testing.Attestation;

/// <summary>A SPIFFE agent on a Unix socket: real gRPC, with the SVIDs that it is told to give.</summary>
public sealed class FakeWorkloadApi : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spiffe-").FullName;
    private WebApplication _server = null!;
    private int _open;

    private FakeWorkloadApi()
    {
    }

    /// <summary>Its address, <c>unix:///…</c>.</summary>
    public string Socket => $"unix://{Path.Combine(_folder, "agent.sock")}";

    /// <summary>The X.509-SVID with its key that it gives; null = it knows no identity for the caller.</summary>
    public X509Certificate2? Svid { get; set; }

    /// <summary>What leads from the SVID to its root.</summary>
    public IReadOnlyList<X509Certificate2> Between { get; set; } = [];

    /// <summary>Makes a JWT-SVID for an audience; null = it knows no identity for the caller.</summary>
    public Func<string, string>? MakeJwt { get; set; }

    /// <summary>Gives this key instead of the SVID's.</summary>
    public byte[]? OtherKey { get; set; }

    /// <summary>Whether it answers at all.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Streams that callers hold open.</summary>
    public int OpenStreams => Volatile.Read(ref _open);

    public static async Task<FakeWorkloadApi> StartAsync()
    {
        var agent = new FakeWorkloadApi();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Path.Combine(agent._folder, "agent.sock"), listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(agent);
        agent._server = builder.Build();
        agent._server.MapGrpcService<Service>();
        await agent._server.StartAsync();
        return agent;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private X509SVIDResponse X509Answer(X509Certificate2 svid) => new()
    {
        Svids =
        {
            new X509SVID
            {
                SpiffeId = "spiffe://acme.test/agent/x",
                X509Svid = ByteString.CopyFrom([.. svid.RawData, .. Between.SelectMany(certificate => certificate.RawData)]),
                X509SvidKey = ByteString.CopyFrom(OtherKey ?? svid.GetECDsaPrivateKey()?.ExportPkcs8PrivateKey() ?? svid.GetRSAPrivateKey()!.ExportPkcs8PrivateKey()),
            },
        },
    };

    private sealed class Service(FakeWorkloadApi agent) : SpiffeWorkloadAPI.SpiffeWorkloadAPIBase
    {
        public override async Task FetchX509SVID(X509SVIDRequest request, IServerStreamWriter<X509SVIDResponse> responseStream, ServerCallContext context)
        {
            await CheckAsync(context, agent.Svid);
            Interlocked.Increment(ref agent._open);
            try
            {
                // A real agent holds the stream open and writes again when it rotates.
                await responseStream.WriteAsync(agent.X509Answer(agent.Svid!), context.CancellationToken);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                // The caller has what it wanted.
            }
            finally
            {
                Interlocked.Decrement(ref agent._open);
            }
        }

        public override async Task<JWTSVIDResponse> FetchJWTSVID(JWTSVIDRequest request, ServerCallContext context)
        {
            await CheckAsync(context, agent.MakeJwt);
            return new JWTSVIDResponse { Svids = { new JWTSVID { SpiffeId = "spiffe://acme.test/agent/x", Svid = agent.MakeJwt!(request.Audience.Single()) } } };
        }

        private async Task CheckAsync(ServerCallContext context, object? known)
        {
            if (agent.IsSilent) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
            if (context.RequestHeaders.GetValue("workload.spiffe.io") != "true") throw new RpcException(new Status(StatusCode.InvalidArgument, "security header missing from request"));
            if (known is null) throw new RpcException(new Status(StatusCode.PermissionDenied, "no identity issued"));
        }
    }
}
