using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Server.KeySets;
using CredBroker.Testing.Attestation;

namespace CredBroker.Server.Tests.KeySets;

[TestFixture, Category("Unit")]
public sealed class KeySetReaderTests
{
    private static readonly string[] Both = ["one", "two"];

    [Test]
    public void Read_KeysForSignatures_AreTaken() =>
        Assert.That(Read(Jwk("one"), Jwk("two", jwk => jwk.Remove("use"))).Keys.Keys, Is.EquivalentTo(Both));

    [Test]
    public void Read_KeysOfOtherUse_AreNotLookedAt()
    {
        var keys = Read(Jwk("one", jwk => jwk["use"] = "enc"), Jwk("two", jwk => jwk["use"] = 7));

        Assert.That(keys.Keys, Is.Empty);
        Assert.That(keys.LeftOut, Is.Empty);
    }

    [Test]
    public void Read_TwoOfOneKid_AreBothLeftOut()
    {
        var keys = Read(Jwk("one"), Jwk("two"), Jwk("one"), Jwk("one"));

        Assert.That(keys.Keys.Keys.Single(), Is.EqualTo("two"));
        Assert.That(keys.LeftOut, Has.Count.EqualTo(2));
    }

    [Test]
    public void Read_ATwinOfAKeyThatIsLeftOut_IsLeftOutToo() =>
        Assert.That(Read(Jwk("one", jwk => jwk["crv"] = "P-192"), Jwk("one")).Keys, Is.Empty);

    [Test]
    public void Read_SymmetricAndPrivateKeys_AreLeftOut()
    {
        var keys = Read(Jwk("one", jwk => jwk["d"] = "AQ"), new JsonObject { ["kty"] = "oct", ["kid"] = "two", ["k"] = "AQ" });

        Assert.That(keys.Keys, Is.Empty);
        Assert.That(keys.LeftOut, Has.Count.EqualTo(2));
    }

    [Test]
    public void Read_NoKeys_IsASetThatTrustsNothing() => Assert.That(Read().Keys, Is.Empty);

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("""{"keys":{}}""")]
    [TestCase("""{"keys":[null]}""")]
    [TestCase("""{"keys":[],"keys":[]}""")]
    [TestCase("<html></html>")]
    public void Read_NoKeySet_IsRefused(string text) => Assert.Throws<InvalidDataException>(() => KeySetReader.Read(Encoding.UTF8.GetBytes(text)));

    private static KeySet Read(params JsonObject[] keys) =>
        KeySetReader.Read(Encoding.UTF8.GetBytes(new JsonObject { ["keys"] = new JsonArray([.. keys]) }.ToJsonString()));

    private static JsonObject Jwk(string keyId, Action<JsonObject>? change = null)
    {
        using var key = TestSigningKey.For("ES256");
        var jwk = key.ToJwk();
        (jwk["kid"], jwk["use"]) = (keyId, "sig");
        change?.Invoke(jwk);
        return jwk;
    }
}
