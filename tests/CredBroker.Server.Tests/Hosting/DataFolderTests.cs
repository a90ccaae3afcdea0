using CredBroker.Server.Hosting;

namespace CredBroker.Server.Tests.Hosting;

[TestFixture, Category("Unit")]
public sealed class DataFolderTests
{
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Test]
    public void New_MissingFolder_IsMadeForTheOwnerOnly()
    {
        using var scratch = new ScratchFolder();

        var folder = new DataFolder(scratch.File("a", "b") + "/");

        Assert.Multiple(() =>
        {
            Assert.That(folder.Path, Is.EqualTo(scratch.File("a", "b")));
            Assert.That(ScratchFolder.ModeOf(folder.Path), Is.EqualTo(OwnFolder));
        });
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.OtherExecute)]
    [TestCase(UnixFileMode.OtherWrite)]
    public void New_FolderOpenToOthers_Refused(UnixFileMode extra)
    {
        using var scratch = new ScratchFolder();
        ScratchFolder.SetMode(scratch.Path, OwnFolder | extra);

        Assert.That(() => new DataFolder(scratch.Path), Throws.TypeOf<StartRefusedException>().With.Message.Contains("chmod 700 " + scratch.Path));
    }

    [Test]
    public void New_RelativePath_Refused() => Assert.That(() => new DataFolder("data"), Throws.TypeOf<StartRefusedException>());

    [Test]
    public void New_AFileIsThere_Refused()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch.File("x"), "");

        Assert.That(() => new DataFolder(scratch.File("x")), Throws.TypeOf<StartRefusedException>());
    }

    [Test]
    public void File_Parts_StayInside()
    {
        using var scratch = new ScratchFolder();
        var folder = scratch.Data;

        Assert.Multiple(() =>
        {
            Assert.That(folder.File("keys", "a.pem"), Is.EqualTo(scratch.File("keys", "a.pem")));
            Assert.That(() => folder.File("..", "x"), Throws.ArgumentException);
            Assert.That(() => folder.File("/etc"), Throws.ArgumentException);
        });
    }
}
