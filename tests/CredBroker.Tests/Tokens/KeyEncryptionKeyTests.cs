using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CredBroker.Tokens;

namespace CredBroker.Tests.Tokens;

[TestFixture, Category("Unit")]
public sealed class KeyEncryptionKeyTests
{
    private static readonly byte[] Raw = [.. Enumerable.Range(0, KeyEncryptionKey.Size).Select(i => (byte)(i * 37))];

    [Test]
    public void Read_EveryForm_SameKey()
    {
        byte[][] forms =
        [
            Raw, Encoding.ASCII.GetBytes(Convert.ToBase64String(Raw)), Encoding.ASCII.GetBytes(Convert.ToBase64String(Raw) + "\r\n"),
            Encoding.ASCII.GetBytes(Base64Url.EncodeToString(Raw) + "\n"),
        ];

        Assert.That(forms.Select(form => Convert.ToHexString(KeyEncryptionKey.Read(form).Derive("p"u8))).Distinct().Count(), Is.EqualTo(1));
    }

    [TestCase("")]
    [TestCase("c2hvcnQ=")]
    [TestCase("0123456789abcdef0123456789abcdef")]
    [TestCase("correct horse battery staple!!!!")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA*=")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Read_SomethingElse_RefusedWithoutRepeatingIt(string content) => Assert.That(
        () => KeyEncryptionKey.Read(Encoding.ASCII.GetBytes(content)),
        Throws.InstanceOf<CryptographicException>().With.Message.Not.Contains(content.Length > 0 ? content : "\0"));

    [Test]
    public void Derive_AnotherPurpose_AnotherKey()
    {
        using var key = KeyEncryptionKey.Read(Raw);

        Assert.That(key.Derive("a"u8), Is.Not.EqualTo(key.Derive("b"u8)));
    }
}
