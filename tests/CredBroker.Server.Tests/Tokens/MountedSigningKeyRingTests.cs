using CredBroker.Server.Hosting;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Server.Tokens;
using CredBroker.Tokens;
using Microsoft.Extensions.Logging.Abstractions;

namespace CredBroker.Server.Tests.Tokens;

[TestFixture, Category("Unit")]
public sealed class MountedSigningKeyRingTests
{
    private ScratchFolder _scratch = null!;
    private SigningKey _one = null!;
    private SigningKey _other = null!;

    [SetUp]
    public void MakeKeys()
    {
        _scratch = new ScratchFolder();
        (_one, _other) = (SigningKey.Generate(), SigningKey.Generate());
    }

    [TearDown]
    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
        _scratch.Dispose();
    }

    [Test]
    public void New_Folder_TheSigningFileSignsAndAllArePublished()
    {
        Write("signing.pem", PemOf(_one));
        Write("next.pem", _other.Public.ExportPem());

        var ring = New(_scratch.Path);

        Assert.That(ring.Current.Id, Is.EqualTo(_one.Id));
        Assert.That(ring.Published, Is.EquivalentTo(new[] { _one.Public, _other.Public }));
    }

    [Test]
    public void New_OneFileOfSeveralKeys_TheFirstSigns()
    {
        Write("keys", PemOf(_one) + "\n" + PemOf(_other));

        var ring = New(_scratch.File("keys"));

        Assert.That((ring.Current.Id, ring.Published.Count), Is.EqualTo((_one.Id, 2)));
    }

    [Test]
    public void Refresh_FilesChanged_AsTheyNowAre()
    {
        Write("signing.pem", PemOf(_one));
        var ring = New(_scratch.Path);

        Write("signing.pem", PemOf(_other));
        Write("old.pem", _one.Public.ExportPem());
        ring.Refresh();

        Assert.That((ring.Current.Id, ring.Published.Count), Is.EqualTo((_other.Id, 2)));
    }

    [Test]
    public void Refresh_FilesAreDamaged_StayAsTheyWere()
    {
        Write("signing.pem", PemOf(_one));
        var ring = New(_scratch.Path);

        Write("signing.pem", "not a key");
        ring.Refresh();

        Assert.That(ring.Current.Id, Is.EqualTo(_one.Id));
    }

    [Test]
    public void New_OnlyAPublicKey_Refused()
    {
        Write("signing.pem", _one.Public.ExportPem());

        Assert.That(() => New(_scratch.Path), Throws.TypeOf<StartRefusedException>().With.Message.Contains("must begin with the private key"));
    }

    [Test]
    public void New_OpenToOthers_Refused()
    {
        Write("signing.pem", PemOf(_one));
        ScratchFolder.SetMode(_scratch.File("signing.pem"), UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.That(() => New(_scratch.Path), Throws.TypeOf<StartRefusedException>().With.Message.Contains("chmod 600"));
    }

    private static MountedSigningKeyRing New(string path) => new(path, NullLogger<MountedSigningKeyRing>.Instance);

    private static string PemOf(SigningKey key) => new(key.ExportPkcs8Pem());

    private void Write(string name, string text)
    {
        File.WriteAllText(_scratch.File(name), text);
        ScratchFolder.SetMode(_scratch.File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
