using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CredBroker.Tokens;

namespace CredBroker.Tests.Tokens;

[TestFixture, Category("Unit")]
public sealed class KeyRingSealTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly KeyRingPlan Plan = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
    private static readonly KeyRingSeal Seal = NewSeal();

    /// <summary>A ring with a withdrawn key, a retired one, one that signs and one that is next.</summary>
    private static readonly KeyRing Ring = Plan.Maintain(Plan.Withdraw(Plan.Begin(Now), Now), Now.AddHours(2));

    [Test]
    public void Open_WhatWasSealed_IsTheSameRing()
    {
        var opened = Seal.Open(Seal.Seal(Ring));

        Assert.That(Ring.Keys[0].Private, Is.Null, "the sample has a key without its private half");
        Assert.That(Describe(opened), Is.EqualTo(Describe(Ring)));
        Assert.That(opened.Withdrawn, Is.EqualTo(Ring.Withdrawn).And.Not.Empty);
    }

    [Test]
    public void Seal_TheText_HoldsNoPrivateKey()
    {
        var text = Seal.Seal(Ring);

        foreach (var key in Ring.Keys.Where(key => key.Private is not null))
        {
            var pem = new string(key.Private!.ExportPkcs8Pem());
            var lines = pem.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.That(lines.Where(line => text.Contains(line, StringComparison.Ordinal)), Is.Empty);
            Assert.That(text, Does.Not.Contain(Base64Url.EncodeToString(Encoding.ASCII.GetBytes(pem))[..40]));
        }
    }

    [Test]
    public void Open_AnyCharacterChanged_Refused()
    {
        var text = Seal.Seal(Ring);

        for (var i = 0; i < text.Length; i++)
        {
            var changed = text[..i] + (text[i] == '0' ? '1' : '0') + text[(i + 1)..];
            Assert.That(() => Seal.Open(changed), Throws.InstanceOf<CryptographicException>(), $"character {i}");
        }
    }

    [TestCase("")]
    [TestCase("\n")]
    [TestCase("{}")]
    [TestCase("AAAA\n{\"version\":1,\"keys\":[],\"withdrawn\":[]}")]
    public void Open_Rubbish_Refused(string text) => Assert.That(() => Seal.Open(text), Throws.InstanceOf<CryptographicException>());

    [Test]
    public void Open_UnderAnotherKey_Refused() => Assert.That(() => NewSeal().Open(Seal.Seal(Ring)), Throws.InstanceOf<CryptographicException>());

    [Test]
    public void OpenKey_UnderTheNameOfAnother_Refused()
    {
        var (one, other) = (Ring.Keys[1], Ring.Keys[2]);
        var text = Seal.SealKey(one);

        Assert.Multiple(() =>
        {
            Assert.That(Seal.OpenKey(one.Public.Id, "ES256", signs: true, text).Public, Is.EqualTo(one.Public));
            Assert.That(() => Seal.OpenKey(other.Public.Id, "ES256", signs: true, text), Throws.InstanceOf<CryptographicException>());
            Assert.That(() => Seal.OpenKey(one.Public.Id, "ES384", signs: true, text), Throws.InstanceOf<CryptographicException>());
            Assert.That(() => Seal.OpenKey(one.Public.Id, "ES256", signs: false, text), Throws.InstanceOf<CryptographicException>());
            Assert.That(() => NewSeal().OpenKey(one.Public.Id, "ES256", signs: true, text), Throws.InstanceOf<CryptographicException>());
        });
    }

    private static KeyRingSeal NewSeal() => new(KeyEncryptionKey.Read(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))));

    private static IEnumerable<string> Describe(KeyRing ring) =>
        ring.Keys.Select(key => $"{ring.Version} {key.Public} {key.Private?.Id} {key.PublishedAt} {key.SignsFrom} {key.RetiredUntil}");
}
