using CredBroker.Conformance.Attestation;
using CredBroker.Server.Tests.Attestation.AwsIam;
using CredBroker.Server.Tests.Attestation.JoinTokens;
using CredBroker.Server.Tests.Attestation.Kubernetes;
using CredBroker.Server.Tests.Attestation.Oidc;
using CredBroker.Server.Tests.Attestation.SpiffeJwt;
using CredBroker.Server.Tests.Attestation.SpiffeX509;
using CredBroker.Server.Tests.Attestation.X509Pop;
using CredBroker.Testing.Attestation;
using CredBroker.Tokens;

namespace CredBroker.Server.Tests.Fuzzing;

/// <summary>All that reads bytes of strangers, with whoever makes good ones for it.</summary>
internal sealed class FuzzedServer : IAsyncDisposable
{
    private readonly Random _random;
    private readonly JoinTokenUnderTest _join = new();
    private readonly X509PopUnderTest _pop;
    private readonly SpiffeX509UnderTest _svid;
    private readonly TestSigningKey _key = TestSigningKey.For("ES256");
    private readonly TestDpop _caller = new(TimeProvider.System);
    private readonly OwnRing _ring = new();
    private readonly List<IJwtAttestorUnderTest> _jwt = [];
    private AwsIamUnderTest _aws = null!;

    private FuzzedServer(int seed)
    {
        _random = new Random(seed);
        _pop = new X509PopUnderTest(_random);
        _svid = new SpiffeX509UnderTest(_random);
    }

    public IReadOnlyList<IAttestorUnderTest> Attestors => [.. _jwt, _join, _aws, _pop, _svid];

    /// <summary>Starts it; the seed is that of the certificates.</summary>
    public static async Task<FuzzedServer> StartAsync(int seed)
    {
        var server = new FuzzedServer(seed);
        foreach (var form in new IJwtAttestorForm[] { new OidcForm(), new SpiffeJwtForm(), new KubernetesForm() })
            server._jwt.Add(await form.StartAsync(TimeSpan.FromSeconds(30)));
        server._aws = await AwsIamUnderTest.StartAsync();
        return server;
    }

    public async Task<IReadOnlyList<FuzzTarget>> TargetsAsync() =>
    [
        .. await Task.WhenAll(_jwt.Select(AttestorTargets.OfJwtAsync)),
        await AttestorTargets.OfAsync(_join), await AttestorTargets.OfJsonAsync(_aws), await AttestorTargets.OfJsonAsync(_pop), await AttestorTargets.OfAsync(_svid),
        .. CertificateTargets.Of(_svid, _random), .. CertificateTargets.Of(_pop, _random),
        AttestorTargets.OfProof(_caller), AttestorTargets.OfChallenge(_ring, TimeProvider.System),
        .. ReaderTargets.OfTokens(TimeProvider.System), .. ReaderTargets.OfKeys(_key), .. ReaderTargets.OfSts(_aws.Signed()),
        .. ReaderTargets.OfCertificates(_svid.Root, _svid.Between, _svid.Between.IssueSvid(_svid.Subject), _pop.Answer(_pop.Between.Issue(X509PopUnderTest.Leaf))),
    ];

    public async ValueTask DisposeAsync()
    {
        foreach (var tested in Attestors) await tested.DisposeAsync();
        _key.Dispose();
        _caller.Dispose();
        _ring.Dispose();
    }

    private sealed class OwnRing : ISigningKeyRing, IDisposable
    {
        public SigningKey Current { get; } = SigningKey.Generate();

        public IReadOnlyList<PublicSigningKey> Published => [Current.Public];

        public void Dispose() => Current.Dispose();
    }
}
