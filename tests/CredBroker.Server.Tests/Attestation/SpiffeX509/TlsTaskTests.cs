using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Attestation;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Time.Testing;
using Evidence = CredBroker.Protocol.V1.Evidence;

namespace CredBroker.Server.Tests.Attestation.SpiffeX509;

/// <summary>Certificates as they come by real TLS connections to the whole server.</summary>
[TestFixture, Category("Server")]
public sealed class TlsTaskTests
{
    private const string Rules =
        """
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: agents }
        spec:
          match: { attestor: spiffe_x509, subject: "spiffe://acme.test/agent/*" }
          workload: { tenant: payments, kind: agent }
        ---
        apiVersion: credbroker/v1
        kind: WorkloadRule
        metadata: { name: joined }
        spec:
          match: { attestor: join_token, subject: "join://edge/*" }
          workload: { tenant: edge, kind: agent }
        """;

    private static readonly TestLeaf Good = new() { Uris = ["spiffe://acme.test/agent/x"] };

    private ScratchFolder _scratch = null!;
    private TestAuthority _serverAuthority = null!;
    private X509Certificate2 _server = null!;
    private TestX509Authority _root = null!;
    private OperatedBroker _broker = null!;
    private Uri _address = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _scratch = new ScratchFolder();
        _serverAuthority = new TestAuthority(_scratch.File("authority.pem"));
        _server = _serverAuthority.ForLoopback();
        await File.WriteAllTextAsync(_scratch.File("tls.pem"), _server.ExportCertificatePem());
        await File.WriteAllTextAsync(_scratch.File("tls.key"), _server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        ScratchFolder.SetMode(_scratch.File("tls.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.CreateDirectory(_scratch.File("rules"));
        await File.WriteAllTextAsync(_scratch.File("rules", "rules.yaml"), Rules);
        await File.WriteAllTextAsync(_scratch.File("join-tokens"), "");
        _root = TestX509Authority.Root(TimeProvider.System);
        TestTrustDomain.WriteBundle(_scratch.File("bundle.json"), new JsonObject { ["keys"] = new JsonArray(_root.ToJwk()) }.ToJsonString());
        _broker = await OperatedBroker.StartAsync(
            ("Templates:Path", _scratch.File("rules")), ("Listen:Https", "https://127.0.0.1:0"),
            ("Listen:CertificateFile", _scratch.File("tls.pem")), ("Listen:PrivateKeyFile", _scratch.File("tls.key")),
            ("Attestation:JoinToken:File", _scratch.File("join-tokens")),
            ("Attestation:SpiffeX509:TrustDomains:0:Name", "acme.test"), ("Attestation:SpiffeX509:TrustDomains:0:BundleFile", _scratch.File("bundle.json")));
        var endpoints = JsonSerializer.Deserialize<Dictionary<string, Uri>>(await File.ReadAllTextAsync(_broker.DataFile("run/endpoints.json")))!;
        _address = endpoints["https"];
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _broker.DisposeAsync();
        _root.Dispose();
        _server.Dispose();
        _serverAuthority.Dispose();
        _scratch.Dispose();
    }

    [Test]
    public async Task OpenTask_Svid_IsTheWorkloads()
    {
        var opened = await OpenAsync(_root.Issue(Good));

        Assert.That((opened.Workload.Subject, opened.Workload.Attestor, opened.Workload.Tenant), Is.EqualTo(("spiffe://acme.test/agent/x", "spiffe_x509", "payments")));
    }

    [Test]
    public Task OpenTask_WithoutACertificate_IsRefusedAndNothingComesOfIt() => ExpectRefusalAsync(null, "its connection shows no client certificate");

    [Test]
    public Task OpenTask_TwoUris_IsRefusedAndNothingComesOfIt() =>
        ExpectRefusalAsync(Good with { Uris = [Good.Uris[0], "spiffe://acme.test/agent/y"] }, "it has not exactly one URI among its names");

    [Test]
    public Task OpenTask_LeafOfAnAuthority_IsRefusedAndNothingComesOfIt() => ExpectRefusalAsync(Good with { IsAuthority = true }, "it is an authority's");

    [Test]
    public Task OpenTask_KeyUsageNotCritical_IsRefusedAndNothingComesOfIt() =>
        ExpectRefusalAsync(Good with { IsKeyUsageCritical = false }, "it has no critical key usage");

    [Test]
    public Task OpenTask_RootPath_IsRefusedAndNothingComesOfIt() =>
        ExpectRefusalAsync(Good with { Uris = ["spiffe://acme.test"] }, "its URI is not the SPIFFE ID of a workload");

    [Test]
    public Task OpenTask_SubjectBesideTheRule_IsRefusedAndNothingComesOfIt() =>
        ExpectRefusalAsync(Good with { Uris = ["spiffe://acme.test/agent-admin/x"] }, "No workload rule matches");

    [Test]
    public async Task OpenTask_SvidOfAStrangersRoot_IsRefusedAndNothingComesOfIt()
    {
        using var stranger = TestX509Authority.Root(TimeProvider.System);
        var forged = stranger.Issue(Good);

        await RefusedTask.ExpectAsync(_broker, () => OpenAsync(forged), "no path leads from it to the roots of its trust domain");
    }

    [Test]
    public async Task OpenTask_AddressesInTheCertificate_AreNotAskedByTlsEither()
    {
        using var attacker = new TcpListener(IPAddress.Loopback, 0);
        attacker.Start();
        using var stranger = TestX509Authority.Root(TimeProvider.System);
        var forged = stranger.Issue(Good with { More = [new X509AuthorityInformationAccessExtension(null, [$"http://{attacker.LocalEndpoint}/issuer.cer"])] });

        await RefusedTask.ExpectAsync(_broker, () => OpenAsync(forged), "no path leads from it");
        Assert.That(attacker.Pending(), Is.False);
    }

    [Test]
    public async Task Heartbeat_WithARotatedSvid_BindsTheTaskToTheNewOne()
    {
        var (old, rotated) = (_root.Issue(Good), _root.Issue(Good));
        using var before = ChannelWith(old);
        var opened = await new TaskService.TaskServiceClient(before).OpenTaskAsync(new OpenTaskRequest { Evidence = EvidenceOf(old), Purpose = "test" });
        using var after = ChannelWith(rotated);
        var tasks = new TaskService.TaskServiceClient(after);
        var auth = OperatedBroker.Bearer(opened.TaskToken);
        await Assert.ThrowsAsync<RpcException>(() => tasks.GetTaskAsync(new GetTaskRequest(), auth).ResponseAsync);

        await tasks.HeartbeatAsync(new HeartbeatRequest { Evidence = EvidenceOf(rotated) }, auth);

        Assert.That((await tasks.GetTaskAsync(new GetTaskRequest(), auth)).Task.Id, Is.EqualTo(opened.Task.Id));
        await Assert.ThrowsAsync<RpcException>(() => new TaskService.TaskServiceClient(before).GetTaskAsync(new GetTaskRequest(), auth).ResponseAsync);
    }

    [Test]
    public async Task Client_WithTheSvidOfAnAgent_OpensATask()
    {
        await using var agent = await FakeWorkloadApi.StartAsync();
        agent.Svid = _root.Issue(Good);
        using var source = new SpiffeX509EvidenceSource(agent.Socket);
        var options = new CredBrokerOptions { Address = _address.AbsoluteUri, CaFile = _scratch.File("authority.pem"), HandleSignals = false };
        await using var client = new CredBrokerClient(options, source);

        await using var task = await client.OpenTaskAsync(new("test"));

        Assert.That(task.Subject, Is.EqualTo("spiffe://acme.test/agent/x"));
    }

    [Test]
    public async Task Client_SvidRotated_TheTaskGoesOnUnderTheNewOne()
    {
        await using var agent = await FakeWorkloadApi.StartAsync();
        agent.Svid = _root.Issue(Good);
        using var source = new SpiffeX509EvidenceSource(agent.Socket);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var options = new CredBrokerOptions { Address = _address.AbsoluteUri, CaFile = _scratch.File("authority.pem"), HandleSignals = false };
        await using var client = new CredBrokerClient(options, source, time);
        await using var task = await client.OpenTaskAsync(new("test"));
        agent.Svid = _root.Issue(Good);
        time.Advance(TimeSpan.FromMinutes(1));

        await task.HeartbeatAsync();

        Assert.That(task.Ended.IsCancellationRequested, Is.False);
        var lines = (await _broker.ReadAuditAsync()).Split('\n');
        Assert.That(lines.Any(line => line.Contains("task_reattested", StringComparison.Ordinal) && line.Contains(task.Id, StringComparison.Ordinal)), Is.True);
    }

    [Test]
    public async Task Client_BrokerOfAnotherAuthority_TellsItNothing()
    {
        using var other = new TestAuthority(_scratch.File("other.pem"));
        await using var agent = await FakeWorkloadApi.StartAsync();
        agent.Svid = _root.Issue(Good);
        using var source = new SpiffeX509EvidenceSource(agent.Socket);
        var options = new CredBrokerOptions
        {
            Address = _address.AbsoluteUri,
            CaFile = _scratch.File("other.pem"),
            HandleSignals = false,
            CallTimeout = TimeSpan.FromSeconds(2),
        };
        await using var client = new CredBrokerClient(options, source);

        await Assert.ThrowsAsync<BrokerUnavailableException>(() => client.OpenTaskAsync(new("test")));
    }

    [Test]
    public async Task OpenTask_JoinTokenAgainByTheSameCertificate_IsTakenAndByAnotherRefused()
    {
        var token = JoinToken.New();
        await File.WriteAllTextAsync(_scratch.File("join-tokens"), $"{new JoinTokenLine("edge/7", TimeProvider.System.GetUtcNow().AddHours(1), token.Hash)}\n");
        var evidence = new Evidence { Attestor = "join_token", Payload = ByteString.CopyFromUtf8(token.Reveal()) };
        using var first = ChannelWith(_root.Issue(Good));
        using var second = ChannelWith(_root.Issue(Good));

        await OpenAsync(first, evidence);
        await OpenAsync(first, evidence);
        await RefusedTask.ExpectAsync(_broker, () => OpenAsync(second, evidence), "it has been used before", token.Reveal());
    }

    private Task ExpectRefusalAsync(TestLeaf? leaf, string why)
    {
        var svid = leaf is null ? null : _root.Issue(leaf);
        return RefusedTask.ExpectAsync(_broker, () => OpenAsync(svid), why);
    }

    private async Task<AgentTask> OpenAsync(X509Certificate2? svid)
    {
        using var channel = ChannelWith(svid);
        return await OpenAsync(channel, EvidenceOf(svid ?? _root.Certificate));
    }

    private static Evidence EvidenceOf(X509Certificate2 svid) => new() { Attestor = "spiffe_x509", Payload = ByteString.CopyFrom(svid.RawData) };

    private static async Task<AgentTask> OpenAsync(GrpcChannel channel, Evidence evidence) =>
        (await new TaskService.TaskServiceClient(channel).OpenTaskAsync(new OpenTaskRequest { Evidence = evidence, Purpose = "test" })).Task;

    private GrpcChannel ChannelWith(X509Certificate2? client)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, offered, _, _) => offered is X509Certificate2 server && server.Thumbprint == _server.Thumbprint;
        // Offline: else the caller itself would ask the addresses in its certificate.
        if (client is not null) handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(client, null, offline: true);
        return GrpcChannel.ForAddress(_address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }
}
