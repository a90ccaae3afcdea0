using System.Security.Cryptography;
using CredBroker.Server.Backends.Vault.Engines;

namespace CredBroker.Server.Tests.Backends.Vault;

[TestFixture, Category("Unit")]
public sealed class SshKeyTests
{
    private static readonly byte[] Nonce = [.. Enumerable.Repeat((byte)7, 32)];

    [Test]
    public void PublicLine_OfAKey_IsOneThatOpenSshReads()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        var parts = SshKey.PublicLine(key).Split(' ');

        var blob = Convert.FromBase64String(parts[1]);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        byte[] expected = [.. Text("ecdsa-sha2-nistp256"), .. Text("nistp256"), 0, 0, 0, 65, 4, .. point.X!, .. point.Y!];
        Assert.That(parts[0], Is.EqualTo("ecdsa-sha2-nistp256"));
        Assert.That(blob, Is.EqualTo(expected));
    }

    [Test]
    public void ReadEnd_OfACertificate_IsItsDate() => Assert.That(
        SshKey.ReadEnd($"ecdsa-sha2-nistp256-cert-v01@openssh.com {Convert.ToBase64String(Certificate(1_893_456_000))} comment\n"),
        Is.EqualTo(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    [Test]
    public void ReadEnd_OfACertificateWithoutEnd_IsNone() => Assert.That(
        SshKey.ReadEnd($"ecdsa-sha2-nistp256-cert-v01@openssh.com {Convert.ToBase64String(Certificate(ulong.MaxValue))}"), Is.Null);

    [TestCase("")]
    [TestCase("ssh-rsa AAAA")]
    [TestCase("ecdsa-sha2-nistp256-cert-v01@openssh.com not-base64!")]
    [TestCase("ecdsa-sha2-nistp256-cert-v01@openssh.com AAAA")]
    [TestCase("ecdsa-sha2-nistp256-cert-v01@openssh.com f////w==")]
    [TestCase("ecdsa-sha2-nistp256-cert-v01@openssh.com /////w==")]
    public void ReadEnd_OfSomethingElse_IsNone(string line) => Assert.That(SshKey.ReadEnd(line), Is.Null);

    private static byte[] Certificate(ulong end) =>
    [
        .. Text("ecdsa-sha2-nistp256-cert-v01@openssh.com"), .. Field(Nonce), .. Text("nistp256"), .. Field(new byte[65]),
        0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1, .. Text("a key"), .. Text("deploy"),
        0, 0, 0, 0, 0, 0, 0, 1, .. BitConverter.GetBytes(end).Reverse(),
        .. Field([]), .. Field([]), .. Field([]), .. Field([1]), .. Field([2]),
    ];

    private static byte[] Text(string text) => Field(System.Text.Encoding.ASCII.GetBytes(text));

    private static byte[] Field(byte[] value) => [.. BitConverter.GetBytes(value.Length).Reverse(), .. value];
}
