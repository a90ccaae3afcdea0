using System.Text.Json.Nodes;
using CredBroker.Testing.Attestation;

namespace CredBroker.Server.Tests.Attestation.Kubernetes;

/// <summary>Tokens that are shown to the API server too.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
public sealed class TokenReviewTests
{
    private KubernetesUnderTest _tested;

    [SetUp]
    public async Task Start() => _tested = await KubernetesUnderTest.WithReviewAsync();

    [TearDown]
    public async Task Stop() => await _tested.DisposeAsync();

    [Test]
    public async Task AttestAsync_LivePod_IsProved()
    {
        Assert.That((await _tested.AttestAsync(_tested.Token())).Subject, Is.EqualTo(_tested.Subject));
        Assert.That((_tested.Cluster.KeyReads, _tested.Cluster.Reviews, _tested.Cluster.PodReads), Is.EqualTo((1, 1, 1)));
    }

    [Test]
    public async Task AttestAsync_SignatureThatDoesNotVerify_NeverReachesTheApiServer()
    {
        await _tested.AttestAsync(_tested.Token());
        using var stranger = TestSigningKey.For("ES256");
        var header = _tested.Header().ToJsonString();
        for (var i = 0; i < 20; i++)
            Assert.That(await _tested.FaultOf(TestJws.Sign(header, _tested.Claims().ToJsonString(), stranger)), Does.Contain("its signature does not verify"));
        await _tested.FaultOf(_tested.Token(claims => claims["aud"] = "elsewhere"));

        Assert.That((_tested.Cluster.Reviews, _tested.Cluster.PodReads), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task AttestAsync_PodRecreatedUnderItsName_IsRefused()
    {
        var token = _tested.Token();
        _tested.Cluster.Pods.Clear();
        _tested.Cluster.Run("payments", "agent", "agent-0");

        Assert.That(await _tested.FaultOf(token), Does.Contain("the API server does not accept it"));
        // And if the review were deceived, the pod would not be.
        _tested.Cluster.ChangeReview = status => Accept(status, _tested.Pod);
        Assert.That(await _tested.FaultOf(token), Does.Contain("its pod is not there any more"));
    }

    [Test]
    public async Task AttestAsync_PodGone_IsRefused()
    {
        var token = _tested.Token();
        _tested.Cluster.Pods.Clear();
        _tested.Cluster.ChangeReview = status => Accept(status, _tested.Pod);

        Assert.That(await _tested.FaultOf(token), Does.Contain("its pod is not there any more"));
    }

    [Test]
    public async Task AttestAsync_PodGoneWithinTheMemory_IsRefusedAfterThirtySeconds()
    {
        var token = _tested.Token();
        await _tested.AttestAsync(token);
        _tested.Cluster.Pods.Clear();
        _tested.Time.Advance(TimeSpan.FromSeconds(29));
        await _tested.AttestAsync(token);
        Assert.That(_tested.Cluster.Reviews, Is.EqualTo(1));
        _tested.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(await _tested.FaultOf(token), Does.Contain("the API server does not accept it"));
    }

    [Test]
    public async Task Review_ThatKnowsNoAudiences_IsRefused()
    {
        _tested.Cluster.ChangeReview = status => status.Remove("audiences");

        Assert.That(await _tested.FaultOf(_tested.Token()), Does.Contain("the API server does not accept it for this server's audience"));
    }

    [TestCase("""["elsewhere"]""")]
    [TestCase("\"credbroker\"")]
    [TestCase("[]")]
    [TestCase("[7]")]
    public async Task Review_ForAnotherAudience_IsRefused(string audiences)
    {
        _tested.Cluster.ChangeReview = status => status["audiences"] = JsonNode.Parse(audiences);

        Assert.That(await _tested.FaultOf(_tested.Token()), Does.Contain("the API server does not accept it for this server's audience"));
    }

    [TestCase("false")]
    [TestCase("\"true\"")]
    [TestCase("1")]
    [TestCase("null")]
    public async Task Review_NotAuthenticated_IsRefused(string value)
    {
        _tested.Cluster.ChangeReview = status => status["authenticated"] = JsonNode.Parse(value);

        Assert.That(await _tested.FaultOf(_tested.Token()), Does.Contain("the API server does not accept it"));
    }

    [TestCase("username", "\"system:serviceaccount:payments:admin\"")]
    [TestCase("uid", "\"another\"")]
    [TestCase("extra", "{}")]
    [TestCase("extra", """{"authentication.kubernetes.io/pod-name":["agent-0"],"authentication.kubernetes.io/pod-uid":["another"]}""")]
    [TestCase("extra", """{"authentication.kubernetes.io/pod-name":["agent-0","agent-1"],"authentication.kubernetes.io/pod-uid":["another"]}""")]
    public async Task Review_OfAnotherPod_IsRefused(string member, string value)
    {
        _tested.Cluster.ChangeReview = status => status["user"]![member] = JsonNode.Parse(value);

        Assert.That(await _tested.FaultOf(_tested.Token()), Does.Contain("the API server knows it as another pod's"));
    }

    [TestCase("serviceAccountName")]
    [TestCase("nodeName")]
    public async Task Pod_OfAnotherAccountOrNode_IsRefused(string member)
    {
        _tested.Cluster.ChangePod = pod => pod["spec"]![member] = "another";

        Assert.That(await _tested.FaultOf(_tested.Token()), Does.Contain("its pod runs as another service account, or on another node"));
    }

    [TestCase("Succeeded")]
    [TestCase("Failed")]
    public async Task Pod_ThatHasEnded_IsRefused(string phase)
    {
        _tested.Cluster.ChangePod = pod => pod["status"]!["phase"] = phase;

        Assert.That(await _tested.FaultOf(_tested.Token()), Does.Contain("its pod has ended"));
    }

    [Test]
    public async Task ApiServer_RefusesTheBroker_CannotTellAndSaysSoToTheOperator()
    {
        await File.WriteAllTextAsync(_tested.TokenFile, "outdated");
        var token = _tested.Token();

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(token));

        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));
        Assert.That(refused.Message, Is.EqualTo("The service-account token cannot be verified now: the API server of its cluster does not answer as it should."));
        Assert.That(_tested.ApiLog.Collector.LatestRecord.Message, Does.Contain("401"));
        await File.WriteAllTextAsync(_tested.TokenFile, FakeKubernetes.CallerToken);
        await _tested.AttestAsync(token);
    }

    [Test]
    public async Task ApiServer_DownAfterItsKeysWereRead_CannotTell()
    {
        await _tested.AttestAsync(_tested.Token());
        _tested.Cluster.IsDown = true;

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(_tested.Token()));

        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));
    }

    private static void Accept(JsonObject status, FakePod pod)
    {
        status["authenticated"] = true;
        status["audiences"] = new JsonArray("credbroker");
        status["user"] = new JsonObject
        {
            ["username"] = $"system:serviceaccount:{pod.Namespace}:{pod.ServiceAccount}",
            ["uid"] = pod.ServiceAccountUid,
            ["extra"] = new JsonObject
            {
                ["authentication.kubernetes.io/pod-name"] = new JsonArray(pod.Name),
                ["authentication.kubernetes.io/pod-uid"] = new JsonArray(pod.Uid),
            },
        };
    }
}
