using System.Net;
using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Server.Jose;
using CredBroker.Server.Tests.Access;
using CredBroker.Server.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Server.Tests.Proofs;

/// <summary>The SDK's HTTP handler with a token that is bound to its key: it proves so to the service by itself.</summary>
[TestFixture, Category("Server")]
public sealed class BoundServiceTests
{
    [Test]
    public async Task Send_BoundToken_GoesWithAProofAndTheServicesNonce()
    {
        using var scratch = new ScratchFolder();
        Directory.CreateDirectory(scratch.File("rules"));
        await File.WriteAllTextAsync(scratch.File("rules", "all.yaml"), BoundCatalogue.Text);
        await using var broker = await OperatedBroker.StartAsync(("Templates:Path", scratch.File("rules")));
        using var service = new DemandingService();
        var services = new ServiceCollection();
        services.AddSingleton<IEvidenceSource>(new StaticEvidenceSource(WorkloadEvidence.FromText(WorkloadEvidence.SpiffeJwt, broker.Svid("bound/service"))));
        services.AddCredBroker(options => (options.Address, options.Purpose) = ($"http://{broker.Channel.Target}", "serve orders"));
        services.AddHttpClient("orders").AddCredBrokerToken("bound-api", Capability.Read).ConfigurePrimaryHttpMessageHandler(() => service);
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

        for (var i = 0; i < 3; i++)
            Assert.That((await client.GetAsync(new Uri("https://orders.acme.test/orders?page=2"))).StatusCode, Is.EqualTo(HttpStatusCode.OK));

        Assert.That(service.Faults, Is.Empty);
        Assert.That(service.Asked, Is.EqualTo(1));
        Assert.That(service.Proofs, Is.Unique.And.Count.EqualTo(4));
    }

    /// <summary>Wants a nonce in each proof, and looks at the rest of it too.</summary>
    private sealed class DemandingService : HttpMessageHandler
    {
        public List<string> Faults { get; } = [];

        public List<string> Proofs { get; } = [];

        public int Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var text = request.Headers.GetValues("DPoP").Single();
            var proof = DpopProof.Read(text);
            Proofs.Add(text);
            if (request.Headers.Authorization!.Scheme != "DPoP") Faults.Add("the scheme");
            if (proof.Method != "GET" || !proof.IsFor(new Uri("https://orders.acme.test/orders"))) Faults.Add("the request");
            if (proof.TokenHash != DpopProof.HashOf(request.Headers.Authorization.Parameter!)) Faults.Add("the token");
            if (proof.Nonce == "nonce-1") return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
            Asked++;
            var refusal = new HttpResponseMessage(HttpStatusCode.Unauthorized);
            refusal.Headers.Add("WWW-Authenticate", "DPoP error=\"use_dpop_nonce\"");
            refusal.Headers.Add("DPoP-Nonce", "nonce-1");
            return Task.FromResult(refusal);
        }
    }
}
