using System.Security.Cryptography.X509Certificates;
using CredBroker.Client;
using CredBroker.Client.Evidence;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Attestation;
using CredBroker.Testing.Broker;
using Grpc.Core;

namespace CredBroker.Tests.Client;

/// <summary>A task that is bound to a certificate which has been rotated: the broker does not know the token by the new one until it sees evidence.</summary>
[TestFixture, Category("Unit")]
public sealed class RotatedCertificateTests
{
    private FakeBroker _broker = null!;
    private TestX509Authority _root = null!;

    [SetUp]
    public async Task Start()
    {
        _broker = await FakeBroker.StartAsync();
        _root = TestX509Authority.Root(TimeProvider.System);
    }

    [TearDown]
    public async Task Stop()
    {
        await _broker.DisposeAsync();
        _root.Dispose();
    }

    [Test]
    public async Task Issue_TokenRefusedUnderTheNewCertificate_ShowsEvidenceAndGoesOn()
    {
        await using var client = ClientOf(new Certificate(_root));
        await using var task = await client.OpenTaskAsync(new("test"));
        _broker.FailNext("Issue", Refusal.Of(StatusCode.Unauthenticated, "TASK_TOKEN_INVALID"));

        var credential = await task.IssueAsync("orders-api");

        Assert.That(credential.IsToken, Is.True);
        Assert.That(_broker.Requests<HeartbeatRequest>().Single().Evidence.Attestor, Is.EqualTo("spiffe_x509"));
        Assert.That(task.Ended.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task Heartbeat_TokenRefusedUnderTheNewCertificate_ShowsEvidence()
    {
        await using var client = ClientOf(new Certificate(_root));
        await using var task = await client.OpenTaskAsync(new("test"));
        _broker.FailNext("Heartbeat", Refusal.Of(StatusCode.Unauthenticated, "TASK_TOKEN_INVALID"));

        await task.HeartbeatAsync();

        Assert.That(_broker.Requests<HeartbeatRequest>().Select(beat => beat.Evidence is not null), Is.EqualTo(new[] { false, true }));
        Assert.That(task.Ended.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task Heartbeat_TokenRefusedWithEvidenceToo_TheTaskIsOver()
    {
        await using var client = ClientOf(new Certificate(_root));
        await using var task = await client.OpenTaskAsync(new("test"));
        _broker.FailNext("Heartbeat", Refusal.Of(StatusCode.Unauthenticated, "TASK_TOKEN_INVALID"), times: 2);

        await Assert.ThrowsAsync<BrokerRefusedException>(() => task.HeartbeatAsync());

        Assert.That(task.Ended.IsCancellationRequested, Is.True);
    }

    [Test]
    public async Task Issue_TokenRefusedWithoutACertificate_TheTaskIsOver()
    {
        await using var client = ClientOf(new StaticEvidenceSource(WorkloadEvidence.FromText("spiffe_jwt", "svid")));
        await using var task = await client.OpenTaskAsync(new("test"));
        _broker.FailNext("Issue", Refusal.Of(StatusCode.Unauthenticated, "TASK_TOKEN_INVALID"));

        await Assert.ThrowsAsync<BrokerRefusedException>(() => task.IssueAsync("orders-api"));

        Assert.That(task.Ended.IsCancellationRequested, Is.True);
        Assert.That(_broker.Requests<HeartbeatRequest>(), Is.Empty);
    }

    private CredBrokerClient ClientOf(IEvidenceSource source) => new(new CredBrokerOptions { Address = _broker.Address, HandleSignals = false }, source);

    private sealed class Certificate(TestX509Authority root) : IConnectionCertificateSource
    {
        private readonly X509Certificate2 _svid = root.IssueSvid("spiffe://acme.test/agent/x");

        public ValueTask<WorkloadEvidence> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new WorkloadEvidence("spiffe_x509", _svid.RawData));

        public ValueTask<X509Certificate2> GetCertificateAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_svid);
    }
}
