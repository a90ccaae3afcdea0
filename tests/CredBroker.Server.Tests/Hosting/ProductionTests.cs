using System.Net;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using Grpc.Net.Client;

namespace CredBroker.Server.Tests.Hosting;

[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class ProductionTests
{
    [Test]
    public async Task Https_OnePort_ServesGrpcAndHttp()
    {
        using var site = new BrokerSite((await SharedBroker.GetRedisAsync()).ConnectionString + ",defaultDatabase=3");
        using var tls = new TestCertificate(site);
        tls.Configure();
        site.Settings["Tokens:Issuer"] = "https://credbroker.acme.test";

        await using var broker = await BrokerProcess.StartAsync(site);

        var address = site.ReadEndpoints()["https"];
        using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = tls.CreateHandler(), DisposeHttpClient = true });
        var status = await new GovernanceService.GovernanceServiceClient(channel).GetStatusAsync(new GetStatusRequest());
        using var http = new HttpClient(tls.CreateHandler()) { BaseAddress = address, DefaultRequestVersion = HttpVersion.Version11 };
        Assert.That(status.Ready, Is.True);
        Assert.That(await http.GetStringAsync("/readyz"), Is.EqualTo("Healthy"));
        Assert.That(await http.GetStringAsync("/.well-known/openid-configuration"), Does.Contain("https://credbroker.acme.test"));
        Assert.That(site.ReadEndpoints().Keys, Is.EqualTo(new[] { "https" }));
    }

    [Test]
    public async Task Https_CertificateOfAnIntermediate_TheWholeChainIsSent()
    {
        using var site = new BrokerSite((await SharedBroker.GetRedisAsync()).ConnectionString + ",defaultDatabase=3");
        using var tls = new TestCertificate(site);
        tls.Configure();
        var intermediate = tls.SignByIntermediate();
        site.Settings["Tokens:Issuer"] = "https://credbroker.acme.test";
        await using var broker = await BrokerProcess.StartAsync(site);
        string[] sent = [];
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, chain, _) =>
        {
            sent = [.. chain!.ChainPolicy.ExtraStore.Select(certificate => certificate.Thumbprint)];
            return true;
        };
        using var http = new HttpClient(handler) { BaseAddress = site.ReadEndpoints()["https"] };

        await http.GetStringAsync("/readyz");

        Assert.That(sent, Has.Member(intermediate));
    }
}
