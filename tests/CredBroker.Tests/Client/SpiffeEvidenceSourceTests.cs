using System.Security.Cryptography;
using System.Text;
using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Testing.Attestation;
using CredBroker.Testing.Verification;

namespace CredBroker.Tests.Client;

/// <summary>SVIDs of a SPIFFE agent: real gRPC on a real Unix socket.</summary>
[TestFixture, Category("Unit")]
public sealed class SpiffeEvidenceSourceTests
{
    private FakeWorkloadApi _agent = null!;
    private TestX509Authority _root = null!;

    [SetUp]
    public async Task Start()
    {
        _agent = await FakeWorkloadApi.StartAsync();
        _root = TestX509Authority.Root(TimeProvider.System);
    }

    [TearDown]
    public async Task Stop()
    {
        await _agent.DisposeAsync();
        _root.Dispose();
    }

    [Test]
    public async Task Jwt_AskedTwice_FetchesAFreshOneForTheAudience()
    {
        var made = 0;
        _agent.MakeJwt = audience => $"svid-{++made}-for-{audience}";
        using var source = new SpiffeJwtEvidenceSource("broker", _agent.Socket);

        var first = await source.GetAsync();
        var second = await source.GetAsync();

        Assert.That((first.Attestor, Encoding.UTF8.GetString(first.Payload.Span), Encoding.UTF8.GetString(second.Payload.Span)),
            Is.EqualTo(("spiffe_jwt", "svid-1-for-broker", "svid-2-for-broker")));
    }

    [Test]
    public async Task X509_Fetched_IsTheChainAndTheCertificateWithItsKey()
    {
        using var between = _root.Below();
        var svid = between.IssueSvid("spiffe://acme.test/agent/x");
        (_agent.Svid, _agent.Between) = (svid, [between.Certificate]);
        using var source = new SpiffeX509EvidenceSource(_agent.Socket);

        var evidence = await source.GetAsync();
        var certificate = await source.GetCertificateAsync();

        Assert.That(evidence.Attestor, Is.EqualTo("spiffe_x509"));
        Assert.That(evidence.Payload.ToArray(), Is.EqualTo(svid.RawData.Concat(between.Certificate.RawData)));
        Assert.That((certificate.Thumbprint, certificate.HasPrivateKey), Is.EqualTo((svid.Thumbprint, true)));
        await Eventually.IsTrueAsync(() => _agent.OpenStreams == 0, "no stream is held open");
    }

    [Test]
    public async Task X509_RsaKey_IsReadToo()
    {
        _agent.Svid = _root.Issue(new TestLeaf { Uris = ["spiffe://acme.test/agent/x"], MakeKey = () => RSA.Create(2048) });
        using var source = new SpiffeX509EvidenceSource(_agent.Socket);

        Assert.That((await source.GetCertificateAsync()).HasPrivateKey, Is.True);
    }

    [Test]
    public async Task X509_Rotated_IsTheNewOne()
    {
        using var source = new SpiffeX509EvidenceSource(_agent.Socket);
        _agent.Svid = _root.IssueSvid("spiffe://acme.test/agent/x");
        var first = await source.GetCertificateAsync();
        Assert.That(await source.GetCertificateAsync(), Is.SameAs(first));

        _agent.Svid = _root.IssueSvid("spiffe://acme.test/agent/x");

        Assert.That((await source.GetCertificateAsync()).Thumbprint, Is.EqualTo(_agent.Svid.Thumbprint));
        Assert.That(first.HasPrivateKey, Is.True);
    }

    [Test]
    public async Task X509_KeyOfAnother_IsNoEvidenceAndTellsNoSecret()
    {
        using var other = ECDsa.Create();
        _agent.Svid = _root.IssueSvid("spiffe://acme.test/agent/x");
        using var source = new SpiffeX509EvidenceSource(_agent.Socket);
        foreach (var key in new[] { other.ExportPkcs8PrivateKey(), [1, 2, 3], [] })
        {
            _agent.OtherKey = key;
            var fault = await Assert.ThrowsAsync<EvidenceUnavailableException>(async () => await source.GetCertificateAsync());
            Assert.That(fault!.InnerException, Is.Null);
        }
    }

    [Test]
    public async Task Agent_KnowsNoIdentity_SaysSo()
    {
        using var jwt = new SpiffeJwtEvidenceSource(socket: _agent.Socket);
        using var x509 = new SpiffeX509EvidenceSource(_agent.Socket);

        foreach (var source in new IEvidenceSource[] { jwt, x509 })
        {
            var fault = await Assert.ThrowsAsync<EvidenceUnavailableException>(async () => await source.GetAsync());
            Assert.That(fault!.Message, Is.EqualTo("The SPIFFE agent knows no identity for this process."));
        }
    }

    [TestCase("unix:///no/such/agent.sock")]
    [TestCase("tcp://127.0.0.1:8081")]
    [TestCase("/run/agent.sock")]
    [TestCase("unix://host/agent.sock")]
    [TestCase("unix:")]
    public async Task Agent_NotThereOrNoUnixSocket_IsNoEvidence(string socket)
    {
        using var source = new SpiffeJwtEvidenceSource(socket: socket);

        await Assert.ThrowsAsync<EvidenceUnavailableException>(async () => await source.GetAsync());
    }

    [Test]
    public void Agent_Silent_CanBeGivenUp()
    {
        _agent.IsSilent = true;
        using var source = new SpiffeJwtEvidenceSource(socket: _agent.Socket);
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);

        Assert.That(async () => await source.GetAsync(giveUp.Token), Throws.InstanceOf<OperationCanceledException>());
    }
}
