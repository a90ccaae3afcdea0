using System.Text.Json.Nodes;

namespace CredBroker.Server.Tests.Attestation.Kubernetes;

/// <summary>Tokens verified with the keys of the cluster alone.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
public sealed class KubernetesAttestorTests
{
    private const string NotBound = "it is not bound to a pod and a service account";
    private const string NotTrusted = "its issuer is not trusted here";

    private KubernetesUnderTest _tested;

    [SetUp]
    public async Task Start() => _tested = await KubernetesUnderTest.WithKeysAsync();

    [TearDown]
    public async Task Stop() => await _tested.DisposeAsync();

    [Test]
    public async Task AttestAsync_ProjectedToken_ProvesThePod()
    {
        var proven = await _tested.AttestAsync(_tested.Token());

        Assert.That((proven.Attestor, proven.Subject), Is.EqualTo(("kubernetes", "kubernetes://prod/payments/agent")));
        Assert.That(proven.Selectors, Is.EqualTo(new[]
        {
            "kubernetes:cluster:prod", "kubernetes:namespace:payments", "kubernetes:service_account:agent",
            $"kubernetes:service_account_uid:{_tested.Pod.ServiceAccountUid}", "kubernetes:pod:agent-0", $"kubernetes:pod_uid:{_tested.Pod.Uid}",
            "kubernetes:node:node-1.acme.test", "kubernetes:node_uid:9a1d2f7e-7c6b-4b63-8a52-4f1f6d0e3b20",
        }));
    }

    [Test]
    public async Task AttestAsync_OlderClusterThatNamesNoNode_ProvesThePod()
    {
        var token = _tested.Token(claims => claims["kubernetes.io"]!.AsObject().Remove("node"));

        Assert.That((await _tested.AttestAsync(token)).Selectors, Has.None.Contains("node"));
    }

    [Test]
    public async Task AttestAsync_SameTokenAgain_IsGoodAndVerifiedOnce()
    {
        var token = _tested.Token();
        var first = await _tested.AttestAsync(token);

        Assert.That(await _tested.AttestAsync(token), Is.SameAs(first));
    }

    [Test]
    public async Task LegacySecretToken_IsRefused()
    {
        var legacy = new JsonObject
        {
            ["iss"] = "kubernetes/serviceaccount",
            ["kubernetes.io/serviceaccount/namespace"] = "payments",
            ["kubernetes.io/serviceaccount/secret.name"] = "agent-token-x2x9p",
            ["kubernetes.io/serviceaccount/service-account.name"] = "agent",
            ["kubernetes.io/serviceaccount/service-account.uid"] = _tested.Pod.ServiceAccountUid,
            ["sub"] = "system:serviceaccount:payments:agent",
        };
        Assert.That(await _tested.FaultOf(_tested.Cluster.Sign(legacy)), Does.Contain("it has no 'aud'"));

        // Nor would one that learned to look younger.
        legacy["aud"] = "credbroker";
        legacy["iat"] = _tested.Time.GetUtcNow().ToUnixTimeSeconds();
        legacy["exp"] = _tested.Time.GetUtcNow().ToUnixTimeSeconds() + 60;
        Assert.That(await _tested.FaultOf(_tested.Cluster.Sign(legacy)), Does.Contain(NotBound));
        legacy["kubernetes.io"] = _tested.Claims()["kubernetes.io"]!.DeepClone();
        Assert.That(await _tested.FaultOf(_tested.Cluster.Sign(legacy)), Does.Contain(NotTrusted));
    }

    [TestCase("https://kubernetes.default.svc")]
    [TestCase("https://kubernetes.default.svc.cluster.local")]
    [TestCase("https://k8s.acme.test")]
    public async Task ApiServersAudience_BesideOurs_IsRefused(string audience)
    {
        await using var tested = await KubernetesUnderTest.WithKeysAsync(cluster => cluster.ApiServerAudiences.Add("https://k8s.acme.test"));

        Assert.That(await tested.FaultOf(tested.Token(claims => claims["aud"] = new JsonArray("credbroker", audience))), Does.Contain("it is good at the API server too"));
        Assert.That(await tested.FaultOf(tested.Token(claims => claims["aud"] = new JsonArray(audience))), Does.Contain("it is good at the API server too"));
    }

    [TestCase(3600, true)]
    [TestCase(3601, false)]
    [TestCase(365 * 86_400, false)]
    public async Task Lifetime_OverTheCap_IsRefused(int seconds, bool accepted)
    {
        var token = _tested.Cluster.Issue(_tested.Pod, life: TimeSpan.FromSeconds(seconds));

        if (accepted) await _tested.AttestAsync(token);
        else Assert.That(await _tested.FaultOf(token), Does.Contain("it lives longer than this server accepts"));
    }

    [TestCase("pod")]
    [TestCase("serviceaccount")]
    [TestCase("namespace")]
    public async Task Binding_Missing_IsRefused(string member) =>
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["kubernetes.io"]!.AsObject().Remove(member))), Does.Contain(NotBound));

    [TestCase("pod", "name", "../secrets")]
    [TestCase("pod", "name", "agent/..")]
    [TestCase("pod", "name", "a..b")]
    [TestCase("pod", "name", "")]
    [TestCase("pod", "name", "Agent")]
    [TestCase("pod", "uid", "x/y")]
    [TestCase("pod", "uid", "")]
    [TestCase("serviceaccount", "name", "agent?x=1")]
    [TestCase("serviceaccount", "uid", "5d2a 1a50")]
    public async Task Binding_NoPlainName_IsRefused(string member, string name, string value) =>
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["kubernetes.io"]![member]![name] = value)), Does.Contain(NotBound));

    [TestCase("system:serviceaccount:payments:admin")]
    [TestCase("system:serviceaccount:kube-system:agent")]
    [TestCase("system:serviceaccount:payments:agent ")]
    [TestCase("system:node:node-1")]
    [TestCase("")]
    public async Task Subject_AnotherThanTheBinding_IsRefused(string subject) =>
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["sub"] = subject)), Does.Contain("its subject is not the service account"));

    [TestCase("https://kubernetes.default.svc.cluster.local/")]
    [TestCase("https://KUBERNETES.default.svc.cluster.local")]
    [TestCase("https://kubernetes.default.svc.cluster.loca")]
    [TestCase("")]
    public async Task Issuer_Another_IsRefused(string issuer) =>
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims["iss"] = issuer)), Does.Contain(NotTrusted));

    [Test]
    public async Task IssuerOrIssuedAt_Missing_IsRefused()
    {
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims.Remove("iss"))), Does.Contain("it names no issuer"));
        Assert.That(await _tested.FaultOf(_tested.Token(claims => claims.Remove("iat"))), Does.Contain("it has no 'iat'"));
    }

    [Test]
    public async Task TwoClustersOfOneIssuer_AreToldApartByTheirKeys()
    {
        var other = await _tested.TrustAnotherAsync("staging");
        var pod = other.Run("payments", "agent", "agent-0");

        Assert.That((await _tested.AttestAsync(_tested.Token())).Subject, Is.EqualTo("kubernetes://prod/payments/agent"));
        Assert.That((await _tested.AttestAsync(other.Issue(pod))).Subject, Is.EqualTo("kubernetes://staging/payments/agent"));
    }

    [Test]
    public async Task TwoClustersOfOneIssuer_KeysOfOneName_AreToldApartByTheSignature()
    {
        var other = await _tested.TrustAnotherAsync("staging");
        other.AddKey("ES256", _tested.Key.KeyId);
        var pod = other.Run("payments", "agent", "agent-0");
        // A key that neither has makes both be read, as they are when the broker starts.
        await _tested.FaultOf(_tested.Cluster.SignAs("neither", _tested.Claims()));

        for (var again = 0; again < 2; again++)
        {
            Assert.That((await _tested.AttestAsync(_tested.Token())).Subject, Is.EqualTo("kubernetes://prod/payments/agent"));
            Assert.That((await _tested.AttestAsync(other.Issue(pod))).Subject, Is.EqualTo("kubernetes://staging/payments/agent"));
        }
    }

    [Test]
    public async Task TwoClustersOfOneIssuer_OneThatCannotBeAsked_CannotTell()
    {
        var other = await _tested.TrustAnotherAsync("staging");
        other.IsDown = true;
        var pod = other.Run("payments", "agent", "agent-0");

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(other.Issue(pod)));

        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));
        await _tested.AttestAsync(_tested.Token());
    }

    [Test]
    public async Task TwoClustersOfOneIssuer_KeyOfNeither_IsRefused()
    {
        await _tested.TrustAnotherAsync("staging");
        var foreign = CredBroker.Testing.Attestation.TestSigningKey.For("ES256");
        var token = CredBroker.Testing.Attestation.TestJws.Sign(
            new JsonObject { ["alg"] = "ES256", ["kid"] = foreign.KeyId }.ToJsonString(), _tested.Claims().ToJsonString(), foreign);

        Assert.That(await _tested.FaultOf(token), Does.Contain("its key is not in the key set of its issuer"));
        foreign.Dispose();
    }
}
