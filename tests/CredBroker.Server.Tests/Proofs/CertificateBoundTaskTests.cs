using System.Buffers.Text;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Hosting;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Server.Tests.Proofs;

/// <summary>Tasks that are bound to the client's certificate (RFC 8705), over TLS.</summary>
[TestFixture, Category("Server")]
public sealed class CertificateBoundTaskTests
{
    private const string Catalogue =
        """
        apiVersion: credbroker/v1
        kind: Template
        metadata: { name: bound-api, owner: payments }
        spec:
          tenants: [payments]
          subjects: ["spiffe://acme.test/*"]
          target: orders
          risk: low
          capabilities: [read]
          ttl: { default: 5m, max: 10m }
          proof: mtls
          backend: { token: { audience: "https://orders.acme.test", scopes: { read: ["orders:read"] } } }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: bound }
        spec:
          match: { attestor: spiffe_jwt, subject: "spiffe://acme.test/*" }
          workload: { tenant: payments, kind: agent, proof: mtls }
        """;

    private ScratchFolder _scratch = null!;
    private OperatedBroker _broker = null!;
    private X509Certificate2 _own = null!;
    private string _address = null!;
    private string _server = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _scratch = new ScratchFolder();
        Directory.CreateDirectory(_scratch.File("rules"));
        await File.WriteAllTextAsync(_scratch.File("rules", "all.yaml"), Catalogue);
        using var server = NewCertificate("CN=broker");
        _server = server.Thumbprint;
        await File.WriteAllTextAsync(_scratch.File("tls.pem"), server.ExportCertificatePem());
        await File.WriteAllTextAsync(_scratch.File("tls.key"), server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        ScratchFolder.SetMode(_scratch.File("tls.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _broker = await OperatedBroker.StartAsync(
            ("Templates:Path", _scratch.File("rules")), ("Listen:Https", "https://127.0.0.1:0"),
            ("Listen:CertificateFile", _scratch.File("tls.pem")), ("Listen:PrivateKeyFile", _scratch.File("tls.key")));
        _address = _broker.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(address => address.StartsWith("https", StringComparison.Ordinal));
        _own = NewCertificate("CN=agent");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _own.Dispose();
        await _broker.DisposeAsync();
        _scratch.Dispose();
    }

    [Test]
    public async Task OpenTask_NoCertificate_IsRefused()
    {
        using var channel = Connect(null);

        Assert.That(await ReasonOf(() => OpenAsync(channel)), Is.EqualTo("PROOF_INVALID"));
    }

    [Test]
    public async Task Calls_OverTheCertificate_AreGoodAndOverNoOther()
    {
        using var own = Connect(_own);
        using var other = NewCertificate("CN=agent");
        using var thief = Connect(other);
        using var bare = Connect(null);

        var opened = await OpenAsync(own);

        var bearer = OperatedBroker.Bearer(opened.TaskToken);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ReasonOf(() => BeatAsync(own, bearer)), Is.Empty);
            Assert.That(await ReasonOf(() => BeatAsync(thief, bearer)), Is.EqualTo("TASK_TOKEN_INVALID"));
            Assert.That(await ReasonOf(() => BeatAsync(bare, bearer)), Is.EqualTo("TASK_TOKEN_INVALID"));
            Assert.That(await ReasonOf(async () => await _broker.Tasks.HeartbeatAsync(new HeartbeatRequest(), bearer)), Is.EqualTo("TASK_TOKEN_INVALID"));
        }
    }

    [Test]
    public async Task Issue_TemplateDemandsIt_BindsTheTokenToTheCertificate()
    {
        using var own = Connect(_own);
        var opened = await OpenAsync(own);

        var issued = (await new CredentialService.CredentialServiceClient(own)
            .IssueAsync(new IssueRequest { Template = "bound-api" }, OperatedBroker.Bearer(opened.TaskToken))).Issued;

        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(issued.Credential.AccessToken.Value.Split('.')[1]));
        Assert.That(issued.Credential.AccessToken.TokenType, Is.EqualTo("Bearer"));
        Assert.That(claims.RootElement.GetProperty("cnf").GetProperty("x5t#S256").GetString(), Is.EqualTo(Base64Url.EncodeToString(SHA256.HashData(_own.RawData))));
    }

    [Test]
    public async Task Heartbeat_FreshEvidenceOverANewCertificate_BindsToThat()
    {
        using var own = Connect(_own);
        using var rotated = NewCertificate("CN=agent");
        using var next = Connect(rotated);
        var opened = await OpenAsync(own);
        var bearer = OperatedBroker.Bearer(opened.TaskToken);

        await new TaskService.TaskServiceClient(next).HeartbeatAsync(new HeartbeatRequest { Evidence = EvidenceOf() }, bearer);

        Assert.That(await ReasonOf(() => BeatAsync(next, bearer)), Is.Empty);
        Assert.That(await ReasonOf(() => BeatAsync(own, bearer)), Is.EqualTo("TASK_TOKEN_INVALID"));
    }

    private async Task<OpenTaskResponse> OpenAsync(GrpcChannel channel) =>
        await new TaskService.TaskServiceClient(channel).OpenTaskAsync(new OpenTaskRequest { Evidence = EvidenceOf(), Purpose = "test" });

    private static async Task<HeartbeatResponse> BeatAsync(GrpcChannel channel, Metadata headers) =>
        await new TaskService.TaskServiceClient(channel).HeartbeatAsync(new HeartbeatRequest(), headers);

    private Evidence EvidenceOf() => new() { Attestor = "spiffe_jwt", Payload = ByteString.CopyFromUtf8(_broker.Svid("agent")) };

    private GrpcChannel Connect(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, offered, _, _) => offered is X509Certificate2 known && known.Thumbprint == _server },
        };
        if (certificate is not null) handler.SslOptions.ClientCertificates = [certificate];
        return GrpcChannel.ForAddress(_address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    private static X509Certificate2 NewCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest(name, key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddMinutes(-5), now.AddHours(1));
    }

    private static async Task<string> ReasonOf<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
            return "";
        }
        catch (RpcException refused)
        {
            return refused.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? refused.StatusCode.ToString();
        }
    }
}
