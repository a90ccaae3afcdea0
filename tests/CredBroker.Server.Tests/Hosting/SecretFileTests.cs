using CredBroker.Server.Hosting;

namespace CredBroker.Server.Tests.Hosting;

/// <summary>The rule of PostgreSQL for its key files, and the one that lets Kubernetes mount Secrets. A container shows it with a real mount.</summary>
[TestFixture, Category("Unit")]
public sealed class SecretFileTests
{
    private const uint Root = 0;
    private const uint Broker = 65532;
    private const uint Other = 1000;
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [TestCase(UnixFileMode.UserRead | UnixFileMode.GroupRead, TestName = "IsOfRootForGroup_0440_Taken")]
    [TestCase(Own | UnixFileMode.GroupRead, TestName = "IsOfRootForGroup_0640_Taken")]
    public void IsOfRootForGroup_ReadableByOurGroup_Taken(UnixFileMode mode) => Assert.That(Check(mode), Is.True);

    [TestCase(UnixFileMode.OtherRead), TestCase(UnixFileMode.OtherWrite), TestCase(UnixFileMode.OtherExecute)]
    [TestCase(UnixFileMode.GroupWrite), TestCase(UnixFileMode.GroupExecute)]
    [TestCase(UnixFileMode.SetUser), TestCase(UnixFileMode.SetGroup), TestCase(UnixFileMode.StickyBit)]
    public void IsOfRootForGroup_OneBitMore_NotTaken(UnixFileMode extra) =>
        Assert.That(Check(UnixFileMode.UserRead | UnixFileMode.GroupRead | extra), Is.False);

    [Test]
    public void IsOfRootForGroup_SomebodyElses_NotTaken() => Assert.That(Check(UnixFileMode.UserRead | UnixFileMode.GroupRead, owner: Other), Is.False);

    [Test]
    public void IsOfRootForGroup_OurOwnButForTheGroup_NotTaken() => Assert.That(Check(UnixFileMode.UserRead | UnixFileMode.GroupRead, owner: Broker), Is.False);

    [Test]
    public void IsOfRootForGroup_GroupThatIsNotOurs_NotTaken() => Assert.That(Check(UnixFileMode.UserRead | UnixFileMode.GroupRead, group: Other), Is.False);

    [Test]
    public void IsOfRootForGroup_GroupOfRoot_NotTaken() =>
        Assert.That(SecretFile.IsOfRootForGroup(UnixFileMode.UserRead | UnixFileMode.GroupRead, (Root, Root), Broker, [Root, Broker]), Is.False);

    [Test]
    public void IsOfRootForGroup_BrokerIsRoot_NotTaken() =>
        Assert.That(SecretFile.IsOfRootForGroup(UnixFileMode.UserRead | UnixFileMode.GroupRead, (Root, Broker), Root, [Root, Broker]), Is.False);

    [TestCase(UnixFileMode.GroupRead), TestCase(UnixFileMode.OtherRead)]
    public void Check_OurOwnFileOpenToOthers_Refused(UnixFileMode extra)
    {
        using var scratch = new ScratchFolder();
        var path = Write(scratch, Own | extra);

        Assert.That(() => SecretFile.Check(path), Throws.TypeOf<StartRefusedException>().With.Message.Contains("chmod 600 " + path));
    }

    [Test]
    public void ReadText_BehindALink_TheFileCounts()
    {
        using var scratch = new ScratchFolder();
        var path = Write(scratch, Own);
        File.CreateSymbolicLink(scratch.File("link"), path);

        Assert.That(SecretFile.ReadText(scratch.File("link")), Is.EqualTo("secret"));

        ScratchFolder.SetMode(path, Own | UnixFileMode.OtherRead);
        Assert.That(() => SecretFile.ReadText(scratch.File("link")), Throws.TypeOf<StartRefusedException>());
    }

    [Test]
    public void Groups_OfThisProcess_HoldTheOneOfItsFiles()
    {
        using var scratch = new ScratchFolder();
        using var file = File.OpenHandle(Write(scratch, Own));

        Assert.That(Posix.OwnershipOf(file) is { } ownership && ownership.User == Posix.EffectiveUser && Posix.Groups().Contains(ownership.Group), Is.True);
    }

    private static bool Check(UnixFileMode mode, uint owner = Root, uint group = Broker) =>
        SecretFile.IsOfRootForGroup(mode, (owner, group), Broker, [Broker, 65533]);

    private static string Write(ScratchFolder scratch, UnixFileMode mode)
    {
        var path = scratch.File("file");
        File.WriteAllText(path, "secret");
        ScratchFolder.SetMode(path, mode);
        return path;
    }
}
