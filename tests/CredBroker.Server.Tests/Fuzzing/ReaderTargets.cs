using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Conformance.Attestation;
using CredBroker.Revocation;
using CredBroker.Server.Api.Wire;
using CredBroker.Server.Attestation;
using CredBroker.Server.Attestation.AwsIam;
using CredBroker.Server.Attestation.SpiffeJwt;
using CredBroker.Server.Attestation.SpiffeX509;
using CredBroker.Server.Attestation.X509;
using CredBroker.Server.Attestation.X509Pop;
using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;
using CredBroker.Tasks;
using CredBroker.Testing.Attestation;
using CredBroker.Tokens;

namespace CredBroker.Server.Tests.Fuzzing;

/// <summary>Every parser of attestation that meets bytes of strangers, with good inputs to damage.</summary>
internal static class FuzzTargets
{
    /// <summary>An attestor: nothing but ATTESTATION_FAILED comes out, and nothing that was damaged proves anything.</summary>
    public static FuzzTarget Of(IJwtAttestorUnderTest tested)
    {
        var header = tested.Header().ToJsonString();
        var claims = tested.Claims().ToJsonString();
        return new FuzzTarget(
            tested.Attestor.Name,
            JwsMaker(header, claims, tested.Key),
            async bytes =>
            {
                await tested.Attestor.AttestAsync(new Evidence(tested.Attestor.Name, bytes), CancellationToken.None);
                return true;
            },
            fault => fault is RefusedException { Reason: ErrorReason.AttestationFailed });
    }

    /// <summary>A DPoP proof.</summary>
    public static FuzzTarget OfProof(TestDpop caller) => new(
        "dpop proof",
        JwsMaker(caller.Header().ToJsonString(), caller.Claims("POST", "https://broker.test/x").ToJsonString(), caller.Key),
        bytes =>
        {
            DpopProof.Read(Encoding.Latin1.GetString(bytes));
            return ValueTask.FromResult(true);
        },
        fault => fault is JwtFault);

    /// <summary>What is only read, and proves nothing by itself.</summary>
    public static IEnumerable<FuzzTarget> Readers(ISigningKeyRing ring, TestSigningKey key, TimeProvider time)
    {
        var keys = new JsonObject { ["keys"] = new JsonArray(key.ToJwk()), ["spiffe_sequence"] = 7, ["spiffe_refresh_hint"] = 300 }.ToJsonString();
        var stamps = new Stamps(ring, time);
        var good = stamps.Make("challenge", ["x"], TimeSpan.FromDays(1)).Text;
        yield return Reader("compact jws", TestJws.Sign("{}", "{}", key), bytes => CompactJws.Read(bytes), fault => fault is JwtFault);
        yield return Reader("strict json", keys, ReadJson, _ => false);
        yield return Reader("key set", keys, bytes => KeySetReader.Read(bytes), fault => fault is InvalidDataException);
        yield return Reader("trust bundle", keys, bytes => TrustBundleReader.Read(bytes), fault => fault is InvalidDataException);
        yield return Reader(
            "proof key", key.ToJwk().ToJsonString(), bytes => Read.ProofKey(Encoding.UTF8.GetString(bytes)), fault => fault is RefusedException { Reason: ErrorReason.InvalidRequest });
        yield return Reader("spiffe id", "spiffe://acme.test/agent/a", bytes => SpiffeId.TryParse(Encoding.UTF8.GetString(bytes), out _), _ => false);
        yield return Reader("task token", TaskToken.New(TaskId.New(7, time.GetUtcNow())).Reveal(), bytes => TaskToken.TryParse(Encoding.UTF8.GetString(bytes), out _), _ => false);
        yield return Reader("feed cursor", new FeedCursor("epoch", new long[FeedCursor.Positions]).Write(), bytes => FeedCursor.TryParse(Encoding.UTF8.GetString(bytes), out _), _ => false);
        yield return Reader("join token", JoinToken.New().Reveal(), bytes => JoinToken.TryParse(bytes, out _), _ => false);
        yield return Reader(
            "signed sts request",
            """{"url":"https://sts.test/","headers":{"authorization":"AWS4-HMAC-SHA256 Credential=A/20260301/r/sts/aws4_request, SignedHeaders=host, Signature=00"},"body":"Action=GetCallerIdentity&Version=2011-06-15"}""",
            bytes => SignedStsRequest.Read(bytes, ["https://sts.test/"]), fault => fault is EvidenceFault);
        yield return Reader("answer of sts", FakeSts.IdentityOf("arn:aws:iam::123456789012:user/a", "AIDA", "123456789012").ToJsonString(), AwsPrincipal.Read, _ => false);
        yield return Reader("signed challenge", """{"challenge":"x","chain":"MAA","signature":"AAAA"}""", bytes => CertificateAnswer.Read(bytes), fault => fault is EvidenceFault);
        using (var root = TestX509Authority.Root(time))
        {
            var svid = root.IssueSvid("spiffe://acme.test/agent/x").RawData;
            var bundle = new JsonObject { ["keys"] = new JsonArray(root.ToJwk()) }.ToJsonString();
            yield return new FuzzTarget("certificates", random => MakeFrom(svid, random), ReadCertificates, fault => fault is EvidenceFault);
            yield return Reader("x509 bundle", bundle, bytes => X509BundleReader.Read(bytes), fault => fault is InvalidDataException);
            yield return Reader("pem roots", root.Certificate.ExportCertificatePem(), bytes => PemRootsReader.Read(bytes), fault => fault is InvalidDataException);
        }

        var challenge = Encoding.ASCII.GetBytes(good);
        yield return new FuzzTarget(
            "challenge", random => MakeFrom(challenge, random),
            bytes => ValueTask.FromResult(!bytes.AsSpan().SequenceEqual(challenge) && stamps.Read(Encoding.UTF8.GetString(bytes), "challenge", ["x"]) is not null),
            _ => false);
    }

    private static FuzzTarget Reader(string name, string good, Func<byte[], object?> read, Func<Exception, bool> isRefusal)
    {
        var corpus = Encoding.UTF8.GetBytes(good);
        return new FuzzTarget(
            name,
            random => MakeFrom(corpus, random),
            bytes =>
            {
                _ = read(bytes);
                return ValueTask.FromResult(false);
            },
            isRefusal);
    }

    private static ValueTask<bool> ReadCertificates(byte[] bytes)
    {
        foreach (var certificate in CertificateChainReader.Read(bytes))
        {
            using (certificate)
            {
                LeafCertificate.Guard(() =>
                {
                    LeafCertificate.RequireNoAuthority(certificate);
                    CertificateStrength.Check(certificate);
                    return LeafCertificate.UrisOf(certificate);
                });
            }
        }

        return ValueTask.FromResult(false);
    }

    private static object? ReadJson(byte[] bytes)
    {
        if (!StrictJson.TryParseObject(bytes, out var document)) return null;
        using (document)
            return document.RootElement.GetRawText();
    }

    private static byte[] MakeFrom(byte[] good, Random random) => random.Next(16) == 0 ? Damage.Rubbish(random) : Damage.Of(good, random);

    /// <summary>JWS that are damaged from outside, or inside and wrapped again; never one that is whole.</summary>
    private static Func<Random, byte[]> JwsMaker(string header, string claims, TestSigningKey key)
    {
        var whole = Encoding.ASCII.GetBytes(TestJws.Sign(header, claims, key));
        var (head, body) = (Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(claims));
        return random =>
        {
            switch (random.Next(8))
            {
                case 0: return Damage.Rubbish(random);
                case 1: return Wrap(Damage.Of(head, random), body, random);
                case 2: return Wrap(head, Damage.Of(body, random), random);
                case 3: return Wrap(Damage.Of(head, random), Damage.Of(body, random), random);
                default:
                    var damaged = Damage.Of(whole, random);
                    return damaged.AsSpan().SequenceEqual(whole) ? [] : damaged;
            }
        };
    }

    private static byte[] Wrap(byte[] header, byte[] claims, Random random) =>
        Encoding.ASCII.GetBytes($"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}.{Base64Url.EncodeToString(random.GetItems<byte>([0, 1, 127, 255], 64))}");
}
