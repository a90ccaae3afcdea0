using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using CredBroker.Backends;
using CredBroker.Tokens;
using Microsoft.Extensions.Options;

namespace CredBroker.Benchmarks.Micro;

/// <summary>Making an access token, beside the signature that nobody can do without.</summary>
public class TokenMint : ISigningKeyRing
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _payload = new byte[1_200];
    private TokenBackend _backend = null!;

    /// <inheritdoc/>
    public SigningKey Current { get; } = SigningKey.Generate();

    /// <inheritdoc/>
    public IReadOnlyList<PublicSigningKey> Published => [Current.Public];

    [GlobalSetup]
    public void Prepare() =>
        _backend = new TokenBackend(new AccessTokenMinter(this, Options.Create(new TokenOptions { Issuer = "https://broker.bench.test" })));

    [Benchmark(Baseline = true)]
    public byte[] BareSignature() => _key.SignData(_payload, HashAlgorithmName.SHA256);

    [Benchmark]
    public async Task<object> Token() => await _backend.MintAsync(Sample.Lease, Reservation.None, Sample.Task, Sample.Lease.IssuedAt, CancellationToken.None);
}
