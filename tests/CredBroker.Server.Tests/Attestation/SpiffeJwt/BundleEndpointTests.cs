using System.Net;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

/// <summary>Bundles behind an endpoint (SPIFFE Federation, profile https_web), over real sockets.</summary>
[Category("Server")]
public sealed class BundleEndpointTests
{
    private const string Workload = AttestorUnderTest.Workload;

    [Test]
    public async Task AttestAsync_BundleBehindAnEndpoint_IsReadForTheFirstSvid()
    {
        await using var endpoint = await FakeIssuer.StartAsync();
        using var tested = BehindEndpoint(endpoint);

        await tested.AttestAsync(tested.Domain.IssueSvid(Workload));
        Assert.That(endpoint.KeyReads, Is.EqualTo(1));
    }

    [Test]
    public async Task AttestAsync_KeyRemovedAtTheEndpoint_IsRefusedAfterTheNextRead()
    {
        await using var endpoint = await FakeIssuer.StartAsync();
        using var tested = BehindEndpoint(endpoint);
        var withdrawn = tested.Domain.Key;
        var svid = tested.Domain.IssueSvid(Workload);
        await tested.AttestAsync(svid);
        tested.Domain.AddKey();
        tested.Domain.RemoveKey(withdrawn);
        tested.Time.Advance(TimeSpan.FromSeconds(30));
        await tested.AttestAsync(tested.Domain.IssueSvid(Workload));

        Assert.That(await tested.FaultOf(svid), Does.Contain("its key is not in the bundle"));
    }

    [Test]
    public async Task AttestAsync_SequenceGoesBack_KeepsTheLastGoodBundle()
    {
        await using var endpoint = await FakeIssuer.StartAsync();
        using var tested = BehindEndpoint(endpoint);
        tested.Domain.Sequence = 7;
        await tested.AttestAsync(tested.Domain.IssueSvid(Workload));
        tested.Domain.AddKey();
        tested.Domain.Sequence = 6;
        tested.Time.Advance(TimeSpan.FromSeconds(30));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => tested.AttestAsync(tested.Domain.IssueSvid(Workload)));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable), "nobody can tell whose key it is while the bundle is refused");
        Assert.That(tested.KeyringLog.Collector.LatestRecord.Message, Does.Contain("spiffe_sequence"));
    }

    [Test]
    public async Task AttestAsync_EndpointDown_CannotTellUntilItIsBack()
    {
        await using var endpoint = await FakeIssuer.StartAsync();
        using var tested = BehindEndpoint(endpoint);
        var serve = endpoint.Misbehaviour;
        endpoint.Misbehaviour = null;
        endpoint.IsDown = true;
        var svid = tested.Domain.IssueSvid(Workload);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => tested.AttestAsync(svid));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));
        Assert.That(refused.Message, Is.EqualTo("The JWT-SVID cannot be verified now: the bundle of its trust domain has never been read."));

        endpoint.Misbehaviour = serve;
        tested.Time.Advance(TimeSpan.FromSeconds(5));
        await tested.AttestAsync(svid);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task AttestAsync_EndpointWithTls_NeedsAnAuthorityThatIsTrusted(bool trusted)
    {
        using var scratch = new ScratchFolder();
        using var certificate = new TestAuthority(scratch.File("ca.pem"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate.ForLoopback())));
        await using var server = builder.Build();
        AttestorUnderTest? tested = null;
        server.Run(context => context.Response.WriteAsync(tested!.Domain.Bundle().ToJsonString()));
        await server.StartAsync();
        using (tested = new AttestorUnderTest(options =>
        {
            options.TrustDomains[0].BundleFile = "";
            options.TrustDomains[0].BundleEndpoint = server.Urls.Single();
            if (trusted) options.TrustDomains[0].CaFile = scratch.File("ca.pem");
        }))
        {
            var svid = tested.Domain.IssueSvid(Workload);
            if (trusted) await tested.AttestAsync(svid);
            else Assert.That((await Assert.ThrowsAsync<RefusedException>(() => tested.AttestAsync(svid)))!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));
        }
    }

    private static AttestorUnderTest BehindEndpoint(FakeIssuer endpoint)
    {
        var tested = new AttestorUnderTest(options =>
        {
            options.TrustDomains[0].BundleFile = "";
            options.TrustDomains[0].BundleEndpoint = $"{endpoint.Address}/keys";
        });
        endpoint.Misbehaviour = context => context.Response.WriteAsync(tested.Domain.Bundle().ToJsonString());
        return tested;
    }
}
