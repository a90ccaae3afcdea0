using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace CredBroker.Testing.Attestation;

/// <summary>A key that signs as one JOSE algorithm. It uses nothing of what the server verifies with.</summary>
public sealed class TestSigningKey : IDisposable
{
    private static int _counter;

    private readonly ECDsa? _ec;
    private readonly RSA? _rsa;

    private TestSigningKey(string algorithm, ECDsa? ec, RSA? rsa)
    {
        (Algorithm, _ec, _rsa) = (algorithm, ec, rsa);
        KeyId = $"key-{Interlocked.Increment(ref _counter)}";
    }

    public string Algorithm { get; }

    public string KeyId { get; init; }

    private HashAlgorithmName Hash => new($"SHA{Algorithm[2..]}");

    /// <summary>A key for ES256, ES384, ES512, RS256 … PS512.</summary>
    public static TestSigningKey For(string algorithm, int rsaBits = 2048) => algorithm switch
    {
        "ES256" => new(algorithm, ECDsa.Create(ECCurve.NamedCurves.nistP256), null),
        "ES384" => new(algorithm, ECDsa.Create(ECCurve.NamedCurves.nistP384), null),
        "ES512" => new(algorithm, ECDsa.Create(ECCurve.NamedCurves.nistP521), null),
        _ => new(algorithm, null, RSA.Create(rsaBits)),
    };

    /// <summary>The same key under another algorithm or kid.</summary>
    public TestSigningKey As(string algorithm, string? keyId = null) =>
        new(algorithm, _ec is null ? null : ECDsa.Create(_ec.ExportParameters(true)), _rsa is null ? null : RSA.Create(_rsa.ExportParameters(true)))
        {
            KeyId = keyId ?? KeyId,
        };

    /// <summary>The public key as a member of a SPIFFE bundle.</summary>
    public JsonObject ToJwk()
    {
        var jwk = new JsonObject { ["use"] = "jwt-svid", ["kid"] = KeyId };
        if (_ec is not null)
        {
            var point = _ec.ExportParameters(false).Q;
            jwk["kty"] = "EC";
            jwk["crv"] = $"P-{_ec.KeySize}";
            jwk["x"] = Base64Url.EncodeToString(point.X);
            jwk["y"] = Base64Url.EncodeToString(point.Y);
            return jwk;
        }

        var rsa = _rsa!.ExportParameters(false);
        jwk["kty"] = "RSA";
        jwk["n"] = Base64Url.EncodeToString(rsa.Modulus);
        jwk["e"] = Base64Url.EncodeToString(rsa.Exponent);
        return jwk;
    }

    /// <summary>The public key as SubjectPublicKeyInfo, as an attacker would take it for an HMAC secret.</summary>
    public byte[] PublicKeyInfo() => _ec?.ExportSubjectPublicKeyInfo() ?? _rsa!.ExportSubjectPublicKeyInfo();

    public byte[] Sign(ReadOnlySpan<byte> data, DSASignatureFormat format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation) =>
        _ec is not null
            ? _ec.SignData(data, Hash, format)
            : _rsa!.SignData(data, Hash, Algorithm.StartsWith('P') ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);

    public void Dispose()
    {
        _ec?.Dispose();
        _rsa?.Dispose();
    }
}
