using System.Buffers.Text;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CredBroker.Attestation;
using CredBroker.Conformance.Attestation;
using CredBroker.Server.Tests.Attestation.SpiffeX509;
using CredBroker.Server.Tests.Attestation.X509Pop;
using CredBroker.Testing.Attestation;

namespace CredBroker.Server.Tests.Fuzzing;

/// <summary>
/// Certificates that are damaged, or damaged and signed again, so that what reads their content is met. A stranger's signature never proves
/// anything; the authority's own may, but never a subject of another form.
/// </summary>
internal static class CertificateTargets
{
    /// <summary>The certificate by which a caller is connected.</summary>
    public static IEnumerable<FuzzTarget> Of(SpiffeX509UnderTest tested, Random random)
    {
        var svid = tested.Between.IssueSvid(tested.Subject);
        var inside = TestX509Authority.InsideOf(svid);
        var stranger = StrangerOf(tested.Time, random);
        yield return Peer(tested, svid, "spiffe_x509 peer", random => Damage.Of(svid.RawData, random), proves: true);
        yield return Peer(tested, svid, "spiffe_x509 signed again", random => tested.Between.SignAgain(DamageInside(inside, random)), proves: false);
        yield return Peer(tested, svid, "spiffe_x509 signed by a stranger", random => stranger.SignAgain(DamageInside(inside, random)), proves: true, stranger.Certificate);
    }

    /// <summary>The certificate with whose key a challenge is signed.</summary>
    public static IEnumerable<FuzzTarget> Of(X509PopUnderTest tested, Random random)
    {
        var leaf = tested.Between.Issue(X509PopUnderTest.Leaf);
        var inside = TestX509Authority.InsideOf(leaf);
        var stranger = StrangerOf(tested.Time, random);
        yield return Answer(tested, leaf, "x509_pop signed again", random => tested.Between.SignAgain(DamageInside(inside, random)), proves: false);
        yield return Answer(tested, leaf, "x509_pop signed by a stranger", random => stranger.SignAgain(DamageInside(inside, random)), proves: true, stranger.Certificate);
    }

    private static FuzzTarget Peer(
        SpiffeX509UnderTest tested, X509Certificate2 svid, string name, Func<Random, byte[]> make, bool proves, params X509Certificate2[] more)
    {
        var evidence = SpiffeX509UnderTest.EvidenceOf(svid, [tested.Between.Certificate, .. more]);
        return new FuzzTarget(
            name, svid.RawData, der => TakeAsync(tested, evidence with { PeerCertificate = der }, @"\Aspiffe://acme\.test(/[A-Za-z0-9._-]+)+\z"))
        {
            Make = make,
            IsRefusal = AttestorTargets.IsRefusal,
            Proves = proves,
        };
    }

    private static FuzzTarget Answer(
        X509PopUnderTest tested, X509Certificate2 leaf, string name, Func<Random, byte[]> make, bool proves, params X509Certificate2[] more)
    {
        // Each has a challenge of its own, so that one that is taken does not shield the next.
        return new FuzzTarget(
            name, leaf.RawData, der => TakeAsync(tested, X509PopUnderTest.EvidenceOf(AnswerOf(der)), @"\Ax509://machines/[A-Za-z0-9._-]{1,64}\z"))
        {
            Make = make,
            IsRefusal = AttestorTargets.IsRefusal,
            Proves = proves,
        };

        JsonObject AnswerOf(byte[] der)
        {
            var answer = tested.Answer(leaf);
            answer["chain"] = Base64Url.EncodeToString([.. der, .. tested.Between.Certificate.RawData, .. more.SelectMany(certificate => certificate.RawData)]);
            return answer;
        }
    }

    private static async ValueTask<bool> TakeAsync(IAttestorUnderTest tested, Evidence evidence, string form)
    {
        var proven = await tested.Attestor.AttestAsync(evidence, CancellationToken.None);
        Assert.That(proven.Subject, Does.Match(form));
        return true;
    }

    /// <summary>Somebody who calls himself what the authority is called.</summary>
    private static TestX509Authority StrangerOf(TimeProvider time, Random random) => TestX509Authority.Root(time, "between", random: random);

    /// <summary>Most often of the same length, so that the lengths in it still fit.</summary>
    private static byte[] DamageInside(byte[] inside, Random random)
    {
        if (random.Next(4) == 0) return Damage.Of(inside, random);
        var damaged = inside.ToArray();
        for (var times = random.Next(1, 4); times > 0; times--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        return damaged;
    }
}
