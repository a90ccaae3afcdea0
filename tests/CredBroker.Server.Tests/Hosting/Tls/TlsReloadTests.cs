using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Authentication;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;
using CredBroker.Testing.Verification;
using Grpc.Net.Client;

namespace CredBroker.Server.Tests.Hosting.Tls;

/// <summary>The certificate of the TLS port is renewed as cert-manager and kubelet do it, by one link that is swapped, and a bad pair never takes its place.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class TlsReloadTests
{
    private RedisServerProcess _redis = null!;
    private BrokerSite _site = null!;
    private MountedCertificate _mounted = null!;
    private BrokerProcess _broker = null!;
    private Uri _address = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _redis = await OwnRedis.StartAsync();
        _site = new BrokerSite(_redis.ConnectionString);
        _mounted = new MountedCertificate(_site.FileOf("tls"));
        _mounted.Swap(_mounted.MakePair("start"));
        _site.Settings["Listen:Https"] = "https://127.0.0.1:0";
        _site.Settings["Listen:CertificateFile"] = _mounted.CertificateFile;
        _site.Settings["Listen:PrivateKeyFile"] = _mounted.KeyFile;
        _broker = await BrokerProcess.StartAsync(_site);
        _address = _site.ReadEndpoints()["https"];
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _site?.Dispose();
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [Test]
    public async Task Files_Swapped_NewConnectionsGetTheNewOneAndOldOnesStay()
    {
        _mounted.Swap(_mounted.MakePair("first"));
        await Eventually.IsTrueAsync(async () => await ShownAsync() == "CN=first", "the first one is shown");
        using var handler = Trusting(_ => { });
        using var channel = GrpcChannel.ForAddress(_address, new GrpcChannelOptions { HttpHandler = handler });
        var open = new GovernanceService.GovernanceServiceClient(channel);
        await open.GetStatusAsync(new GetStatusRequest());

        _mounted.Swap(_mounted.MakePair("second"));

        await Eventually.IsTrueAsync(async () => await ShownAsync() == "CN=second", "the new one is shown");
        Assert.That((await open.GetStatusAsync(new GetStatusRequest())).Components.Single(component => component.Name == "tls").Healthy, Is.True);
        await Eventually.IsTrueAsync(() => _broker.Output.Contains("The TLS certificate is now CN=second", StringComparison.Ordinal), "the log tells");
    }

    [Test]
    public async Task Files_NoPair_TheOldOneStaysAndTheStatusTells()
    {
        _mounted.Swap(_mounted.MakePair("good"));
        await Eventually.IsTrueAsync(async () => await ShownAsync() == "CN=good" && (await ComponentAsync()).Healthy, "the good one is shown");

        _mounted.Swap(_mounted.MakeBad(MountedCertificate.AnotherKey));

        await Eventually.IsTrueAsync(async () => !(await ComponentAsync()).Healthy, "the status tells of it");
        Assert.That(await ShownAsync(), Is.EqualTo("CN=good"));
        Assert.That((await _broker.Calls.Governance.GetStatusAsync(new GetStatusRequest())).Ready, Is.True);
        Assert.That(_broker.Output, Does.Contain("The TLS certificate stays as it was"));
    }

    [TestCase(SslProtocols.Tls12), TestCase(SslProtocols.Tls13)]
    public async Task Handshake_TlsOfToday_Taken(SslProtocols version)
    {
        using var handler = Trusting(_ => { });
        handler.SslOptions.EnabledSslProtocols = version;
        using var http = new HttpClient(handler) { BaseAddress = _address };

        using var answer = await http.GetAsync(new Uri("/livez", UriKind.Relative));

        Assert.That(answer.IsSuccessStatusCode, Is.True);
    }

    [Test, UnsupportedOSPlatform("windows")]
    public void Handshake_SuiteWithoutAuthenticatedEncryption_Refused()
    {
        using var handler = Trusting(_ => { });
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12;
        handler.SslOptions.CipherSuitesPolicy = new CipherSuitesPolicy([TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256]);
        using var http = new HttpClient(handler) { BaseAddress = _address };

        Assert.That(() => http.GetAsync(new Uri("/livez", UriKind.Relative)), Throws.InstanceOf<HttpRequestException>());
    }

    private async Task<GetStatusResponse.Types.Component> ComponentAsync() =>
        (await _broker.Calls.Governance.GetStatusAsync(new GetStatusRequest())).Components.Single(component => component.Name == "tls");

    private async Task<string> ShownAsync()
    {
        var subject = "";
        using var http = new HttpClient(Trusting(shown => subject = shown)) { BaseAddress = _address };
        await http.GetStringAsync(new Uri("/livez", UriKind.Relative));
        return subject;
    }

    private static SocketsHttpHandler Trusting(Action<string> shown)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            shown(certificate?.Subject ?? "");
            return certificate is not null;
        };
        return handler;
    }
}
