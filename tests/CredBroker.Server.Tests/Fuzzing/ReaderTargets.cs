using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Attestation;
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

namespace CredBroker.Server.Tests.Fuzzing;

/// <summary>
/// Every parser that meets bytes of strangers. What it takes proves nothing by itself, so that a damaged input may be taken; what comes of it is
/// held against its form.
/// </summary>
internal static class ReaderTargets
{
    private const string Any = "";

    public static IEnumerable<FuzzTarget> OfTokens(TimeProvider time)
    {
        yield return Text("spiffe id", "spiffe://acme.test/agent/a", text => SpiffeId.TryParse(text, out var id) ? id.Text : null, @"\Aspiffe://[a-z0-9._-]+(/[A-Za-z0-9._-]+)+\z");
        yield return Text(
            "task token", TaskToken.New(TaskId.New(7, time.GetUtcNow())).Reveal(), text => TaskToken.TryParse(text, out var token) ? token.Reveal() : null, @"\Acbt_[^.]+\.[A-Za-z0-9_-]{43}\z");
        yield return Text("join token", JoinToken.New().Reveal(), text => JoinToken.TryParse(Encoding.UTF8.GetBytes(text), out var token) ? token.Reveal() : null, @"\Acbj_[A-Za-z0-9_-]{43}\z");
        yield return Text("feed cursor", new FeedCursor("epoch", new long[FeedCursor.Positions]).Write(), text => FeedCursor.TryParse(text, out var cursor) ? cursor.Write() : null, @"\A[A-Za-z0-9_-]+\z");
    }

    public static IEnumerable<FuzzTarget> OfKeys(TestSigningKey key)
    {
        var jwk = key.ToJwk();
        var bundle = new JsonObject { ["keys"] = new JsonArray(jwk.DeepClone()), ["spiffe_sequence"] = 7, ["spiffe_refresh_hint"] = 300 };
        jwk["use"] = "sig";
        var set = new JsonObject { ["keys"] = new JsonArray(jwk.DeepClone()) };
        yield return Reader("compact jws", Utf8(TestJws.Sign("{}", "{}", key)), bytes => CompactJws.Read(bytes).ToString(), fault => fault is JwtFault);
        yield return Json("strict json", bundle, ReadJson, _ => false);
        yield return Json("key set", set, bytes => KeysOf(KeySetReader.Read(bytes)), fault => fault is InvalidDataException);
        yield return Json("trust bundle", bundle, bytes => KeysOf(TrustBundleReader.Read(bytes)), fault => fault is InvalidDataException);
        yield return Json(
            "proof key", jwk, bytes => Read.ProofKey(Encoding.UTF8.GetString(bytes))?.Thumbprint, fault => fault is RefusedException { Reason: ErrorReason.InvalidRequest }, @"\A[A-Za-z0-9_-]{43}\z");
    }

    /// <summary>What STS is asked, and what it answers.</summary>
    public static IEnumerable<FuzzTarget> OfSts(JsonObject signed)
    {
        var address = signed["url"]!.GetValue<string>();
        yield return Json(
            "signed sts request", signed, bytes => string.Join('\n', SignedStsRequest.Read(bytes, [address]).Headers.Select(header => $"{header.Key}: {header.Value}")),
            fault => fault is EvidenceFault, @"\A((authorization|x-amz-date|x-amz-security-token|x-credbroker-challenge): [!-~]([ -~]*[!-~])?(\n|\z)){3,4}\z");
        yield return Json(
            "answer of sts", FakeSts.IdentityOf("arn:aws:iam::123456789012:user/a", "AIDA", "123456789012"), bytes => AwsPrincipal.Read(bytes)?.Subject,
            _ => false, @"\Aaws://[0-9]{12}(/[A-Za-z0-9_+=,.@-]+)+\z");
    }

    public static IEnumerable<FuzzTarget> OfCertificates(TestX509Authority root, TestX509Authority between, X509Certificate2 leaf, JsonObject answer)
    {
        var bundle = new JsonObject { ["keys"] = new JsonArray(root.ToJwk()) };
        yield return Json("signed challenge", answer, bytes => CertificateAnswer.Read(bytes).Challenge, fault => fault is EvidenceFault, @"(?s)\A.+\z");
        yield return Reader("certificates", [.. leaf.RawData, .. between.Certificate.RawData], ReadCertificates, fault => fault is EvidenceFault);
        yield return Json("x509 bundle", bundle, bytes => KeysOf(X509BundleReader.Read(bytes)), fault => fault is InvalidDataException);
        yield return Reader("pem roots", Utf8(root.Certificate.ExportCertificatePem()), bytes => KeysOf(PemRootsReader.Read(bytes)), fault => fault is InvalidDataException);
    }

    /// <param name="name">Its name.</param>
    /// <param name="good">What it must take.</param>
    /// <param name="read">Reads; null where nothing was taken.</param>
    /// <param name="isRefusal">Whether an exception says that nothing was taken.</param>
    /// <param name="form">What everything that was read looks like.</param>
    private static FuzzTarget Reader(string name, byte[] good, Func<byte[], string?> read, Func<Exception, bool> isRefusal, string form = Any) => new(name, good, bytes =>
    {
        var one = read(bytes);
        if (one is not null) Assert.That(one, Does.Match(form));
        return ValueTask.FromResult(one is not null);
    })
    {
        IsRefusal = isRefusal,
    };

    private static FuzzTarget Text(string name, string good, Func<string, string?> read, string form) =>
        Reader(name, Utf8(good), bytes => read(Encoding.UTF8.GetString(bytes)), _ => false, form);

    private static FuzzTarget Json(string name, JsonObject good, Func<byte[], string?> read, Func<Exception, bool> isRefusal, string form = Any)
    {
        var target = Reader(name, Utf8(good.ToJsonString()), read, isRefusal, form);
        return target with { Make = random => random.Next(2) == 0 ? target.Make(random) : DamagedJson.Of(target.Good, random) };
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>How many keys are taken; null where there are none.</summary>
    private static string? KeysOf(KeySet keys)
    {
        foreach (var root in keys.Roots) root.Dispose();
        return keys.Keys.Count + keys.Roots.Count == 0 ? null : $"{keys.Keys.Count} keys, {keys.Roots.Count} roots";
    }

    private static string? ReadCertificates(byte[] bytes)
    {
        var names = new List<string>();
        foreach (var certificate in CertificateChainReader.Read(bytes))
        {
            using (certificate)
            {
                names.AddRange(LeafCertificate.Guard(() =>
                {
                    CertificateStrength.Check(certificate);
                    return LeafCertificate.UrisOf(certificate);
                }));
            }
        }

        return names.Count == 0 ? null : string.Join('\n', names);
    }

    private static string? ReadJson(byte[] bytes)
    {
        if (!StrictJson.TryParseObject(bytes, out var document)) return null;
        using (document)
            return document.RootElement.GetRawText();
    }
}
