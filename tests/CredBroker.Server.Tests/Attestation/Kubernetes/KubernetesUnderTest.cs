using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Conformance.Attestation;
using CredBroker.Server.Attestation.Kubernetes;
using CredBroker.Server.KeySets;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Attestation;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Attestation.Kubernetes;

/// <summary>The attestor with a cluster on loopback and a clock that the test holds.</summary>
internal sealed class KubernetesUnderTest : IJwtAttestorUnderTest
{
    private readonly ScratchFolder _scratch = new();
    private readonly Keyrings _keyrings;
    private readonly List<FakeKubernetes> _others = [];
    private TrustedClusters? _clusters;

    private KubernetesUnderTest(FakeKubernetes cluster, FakeTimeProvider time)
    {
        (Cluster, Time) = (cluster, time);
        _keyrings = new Keyrings(time, new FakeLogger<Keyring>());
        Pod = cluster.Run("payments", "agent", "agent-0");
        File.WriteAllText(TokenFile, $"{FakeKubernetes.CallerToken}\n");
    }

    public FakeKubernetes Cluster { get; }

    public FakePod Pod { get; set; }

    public FakeTimeProvider Time { get; }

    public KubernetesOptions Options { get; } = new();

    public FakeLogger<KubernetesAttestor> Log { get; } = new();

    public FakeLogger<TrustedClusters> ApiLog { get; } = new();

    public IAttestor Attestor { get; private set; } = null!;

    public TestSigningKey Key => Cluster.Key;

    public string Subject => "kubernetes://prod/payments/agent";

    public bool IsSingleUse => false;

    public int UnforeseenFaults => Log.Collector.Count;

    public string TokenFile => _scratch.File("token");

    /// <summary>By the keys of the cluster alone.</summary>
    public static async Task<KubernetesUnderTest> WithKeysAsync(Action<KubernetesClusterOptions>? configure = null, TimeSpan? clockSkew = null)
    {
        var tested = await MakeAsync();
        if (clockSkew is { } skew) tested.Options.ClockSkew = skew;
        tested.Trust("prod", tested.Cluster, configure);
        return tested;
    }

    /// <summary>With the word of the API server too.</summary>
    public static async Task<KubernetesUnderTest> WithReviewAsync()
    {
        var tested = await MakeAsync();
        tested.Trust("prod", tested.Cluster, cluster =>
            (cluster.JwksUri, cluster.ApiServer, cluster.TokenFile) = (null, tested.Cluster.Address, tested.TokenFile));
        return tested;
    }

    /// <summary>Trusts another cluster too.</summary>
    public async Task<FakeKubernetes> TrustAnotherAsync(string name)
    {
        _others.Add(await FakeKubernetes.StartAsync(Time));
        Trust(name, _others[^1]);
        return _others[^1];
    }

    public JsonObject Header() => Cluster.Header();

    public JsonObject Claims() => Cluster.Claims(Pod);

    public string Token(Action<JsonObject>? change = null)
    {
        var claims = Claims();
        change?.Invoke(claims);
        return Cluster.Sign(claims);
    }

    public Task<AttestedSubject> AttestAsync(string token) =>
        Attestor.AttestAsync(new Evidence("kubernetes", Encoding.UTF8.GetBytes(token)), CancellationToken.None).AsTask();

    public Task<string> FaultOf(string token) => JwtAttestorConformance.FaultOf(Attestor, token);

    public async ValueTask DisposeAsync()
    {
        _clusters?.Dispose();
        _keyrings.Dispose();
        _scratch.Dispose();
        foreach (var cluster in _others.Append(Cluster)) await cluster.DisposeAsync();
    }

    private static async Task<KubernetesUnderTest> MakeAsync()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var cluster = await FakeKubernetes.StartAsync(time);
        cluster.AddKey("ES256");
        return new KubernetesUnderTest(cluster, time);
    }

    private void Trust(string name, FakeKubernetes cluster, Action<KubernetesClusterOptions>? configure = null)
    {
        var settings = new KubernetesClusterOptions { Name = name, JwksUri = $"{cluster.Address}/openid/v1/jwks" };
        configure?.Invoke(settings);
        Options.Clusters.Add(settings);
        Assert.That(Options.Faults(), Is.Empty);
        _clusters?.Dispose();
        _clusters = new TrustedClusters(Microsoft.Extensions.Options.Options.Create(Options), _keyrings, Time, ApiLog);
        Attestor = new KubernetesAttestor(_clusters, Time, Log);
    }
}
