using System.Text.Json.Nodes;
using CredBroker.Testing.Attestation;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

/// <summary>Keys that must not verify although they stand in the bundle, and algorithms that do not go with their key.</summary>
[Category("Unit"), Parallelizable(ParallelScope.Self)]
public sealed class KeyAttackTests
{
    private const string Workload = AttestorUnderTest.Workload;
    private const string NotInBundle = "its key is not in the bundle";

    [TestCase("use", "\"x509-svid\"")]
    [TestCase("use", "\"sig\"")]
    [TestCase("use", "\"JWT-SVID\"")]
    [TestCase("use", "7")]
    [TestCase("use", null)]
    [TestCase("key_ops", "[\"sign\"]")]
    [TestCase("key_ops", "[]")]
    [TestCase("key_ops", "\"verify\"")]
    [TestCase("kty", "\"oct\"")]
    [TestCase("kty", "\"OKP\"")]
    [TestCase("kty", "\"RSA\"")]
    [TestCase("kty", null)]
    [TestCase("crv", "\"P-384\"")]
    [TestCase("crv", "\"secp256k1\"")]
    [TestCase("crv", null)]
    [TestCase("alg", "\"ES384\"")]
    [TestCase("alg", "\"RS256\"")]
    [TestCase("alg", "\"none\"")]
    [TestCase("alg", "null")]
    [TestCase("x", "\"AAAA\"")]
    [TestCase("x", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"")]
    [TestCase("x", "\"not base64url!\"")]
    [TestCase("y", null)]
    [TestCase("d", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"")]
    [TestCase("kid", "\"a b\"")]
    [TestCase("kid", "\"\"")]
    [TestCase("kid", null)]
    public async Task EcKey_WithAFault_IsLeftOutAndTheOtherStays(string member, string? value)
    {
        using var tested = new AttestorUnderTest();
        var good = tested.Domain.Key;
        var faulty = tested.Domain.AddKey();
        var bundle = tested.Domain.Bundle();
        Change(bundle["keys"]![1]!.AsObject(), member, value);
        TestTrustDomain.WriteBundle(tested.BundleFile(), bundle.ToJsonString());
        tested.Start();

        Assert.That(await tested.FaultOf(tested.Domain.IssueSvid(Workload)), Does.Contain(NotInBundle));
        var svid = TestJws.Sign(tested.Domain.Header().ToJsonString().Replace(faulty.KeyId, good.KeyId, StringComparison.Ordinal), tested.Domain.Claims(Workload).ToJsonString(), good);
        Assert.That((await tested.AttestAsync(svid)).Subject, Is.EqualTo(Workload));
    }

    [Test]
    public async Task EcKey_WithItsOwnAlgorithmAndVerify_IsAccepted()
    {
        using var tested = new AttestorUnderTest();
        var bundle = tested.Domain.Bundle();
        Change(bundle["keys"]![0]!.AsObject(), "alg", "\"ES256\"");
        Change(bundle["keys"]![0]!.AsObject(), "key_ops", "[\"verify\"]");
        TestTrustDomain.WriteBundle(tested.BundleFile(), bundle.ToJsonString());
        tested.Start();

        Assert.That((await tested.AttestAsync(tested.Domain.IssueSvid(Workload))).Subject, Is.EqualTo(Workload));
    }

    [TestCase(1024)]
    [TestCase(2040)]
    public async Task RsaKey_Under2048Bits_IsLeftOut(int bits)
    {
        using var tested = new AttestorUnderTest();
        tested.Domain.AddKey(TestSigningKey.For("RS256", bits));
        tested.WriteBundles();
        tested.Start();

        Assert.That(await tested.FaultOf(tested.Domain.IssueSvid(Workload)), Does.Contain(NotInBundle));
        Assert.That(tested.KeyringLog.Collector.LatestRecord.Message, Does.Contain($"it has {bits} bits"));
    }

    [TestCase("AQ")]
    [TestCase("AA")]
    [TestCase("")]
    [TestCase("Ag")]
    public async Task RsaKey_WithAWorthlessExponent_IsLeftOut(string exponent)
    {
        using var tested = new AttestorUnderTest();
        tested.Domain.AddKey("RS256");
        var bundle = tested.Domain.Bundle();
        bundle["keys"]![1]!["e"] = exponent;
        TestTrustDomain.WriteBundle(tested.BundleFile(), bundle.ToJsonString());
        tested.Start();

        Assert.That(await tested.FaultOf(tested.Domain.IssueSvid(Workload)), Does.Contain(NotInBundle));
    }

    [Test]
    public async Task RsaKey_BoundToOneAlgorithm_RefusesTheOther()
    {
        using var tested = new AttestorUnderTest();
        var key = tested.Domain.AddKey("RS256");
        var bundle = tested.Domain.Bundle();
        bundle["keys"]![1]!["alg"] = "RS256";
        TestTrustDomain.WriteBundle(tested.BundleFile(), bundle.ToJsonString());
        tested.Start();
        using var pss = key.As("PS256");
        var header = tested.Domain.Header();
        header["alg"] = "PS256";

        Assert.That(await tested.FaultOf(tested.Domain.Sign(header, tested.Domain.Claims(Workload), pss)), Does.Contain("its algorithm does not go with its key"));
        Assert.That((await tested.AttestAsync(tested.Domain.IssueSvid(Workload))).Subject, Is.EqualTo(Workload));
    }

    [TestCase("ES384")]
    [TestCase("ES512")]
    [TestCase("RS256")]
    [TestCase("PS256")]
    public async Task Algorithm_OfAnotherCurveOrKind_IsRefused(string algorithm)
    {
        using var tested = AttestorUnderTest.Started();
        using var other = TestSigningKey.For(algorithm);
        var header = tested.Domain.Header();
        header["alg"] = algorithm;

        Assert.That(await tested.FaultOf(tested.Domain.Sign(header, tested.Domain.Claims(Workload), other)), Does.Contain("its algorithm does not go with its key"));
    }

    [Test]
    public async Task Key_OfAnotherTrustDomain_ProvesNothingHere()
    {
        using var tested = AttestorUnderTest.Started(null, "acme.test", "other.test");
        var other = tested.DomainOf("other.test");

        Assert.That(await tested.FaultOf(other.IssueSvid(Workload)), Does.Contain(NotInBundle));
    }

    [Test]
    public async Task Key_OfAnotherTrustDomainUnderTheSameKid_ProvesNothingHere()
    {
        using var tested = new AttestorUnderTest(null, ["acme.test", "other.test"]);
        var other = tested.DomainOf("other.test");
        other.AddKey(other.Key.As("ES256", tested.Domain.Key.KeyId));
        tested.WriteBundles();
        tested.Start();

        Assert.That(await tested.FaultOf(other.IssueSvid(Workload)), Does.Contain("its signature does not verify"));
        Assert.That((await tested.AttestAsync(other.IssueSvid("spiffe://other.test/x"))).Subject, Is.EqualTo("spiffe://other.test/x"));
    }

    private static void Change(JsonObject jwk, string member, string? value)
    {
        if (value is null) jwk.Remove(member);
        else jwk[member] = JsonNode.Parse(value);
    }
}
