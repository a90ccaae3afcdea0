using System.Diagnostics;
using CredBroker.Server.Hosting;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Server.Tokens;

namespace CredBroker.Server.Tests.Tokens;

[TestFixture, Category("Unit")]
public sealed class FileSigningKeyRingTests
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private ScratchFolder _scratch = null!;

    private string KeyPath => _scratch.File("keys", "signing.pem");

    [SetUp]
    public void MakeFolder() => _scratch = new ScratchFolder();

    [TearDown]
    public void RemoveFolder() => _scratch.Dispose();

    [Test]
    public void New_EmptyFolder_MakesAKeyForTheOwnerOnly()
    {
        using var ring = new FileSigningKeyRing(_scratch.Data);

        Assert.Multiple(() =>
        {
            Assert.That(ScratchFolder.ModeOf(KeyPath), Is.EqualTo(OwnFile));
            Assert.That(ScratchFolder.ModeOf(_scratch.File("keys")), Is.EqualTo(OwnFile | UnixFileMode.UserExecute));
            Assert.That(Directory.GetFiles(_scratch.File("keys")), Has.Length.EqualTo(1));
            Assert.That(ring.Published.Single(), Is.EqualTo(ring.Current.Public));
        });
    }

    [Test]
    public void New_SecondStart_SameKey()
    {
        using var first = new FileSigningKeyRing(_scratch.Data);
        using var second = new FileSigningKeyRing(_scratch.Data);

        Assert.That(second.Current.Id, Is.EqualTo(first.Current.Id));
    }

    [Test]
    public void New_ManyAtOnceOnAnEmptyFolder_EndWithOneKey()
    {
        const int starters = 12;
        var ids = new string[starters];
        using var barrier = new Barrier(starters);
        var threads = Enumerable.Range(0, starters).Select(index => new Thread(() =>
        {
            barrier.SignalAndWait();
            try
            {
                using var ring = new FileSigningKeyRing(_scratch.Data);
                ids[index] = ring.Current.Id;
            }
            catch (StartRefusedException fault)
            {
                ids[index] = fault.Message;
            }
        })).ToArray();

        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();

        Assert.Multiple(() =>
        {
            Assert.That(ids.Distinct().Count(), Is.EqualTo(1), string.Join('\n', ids));
            Assert.That(ids[0], Has.Length.EqualTo(43));
            Assert.That(Directory.GetFiles(_scratch.File("keys")), Has.Length.EqualTo(1));
        });
    }

    [Test]
    public void New_DraftOfACrashedStart_IsSweptAway()
    {
        Directory.CreateDirectory(_scratch.File("keys"));
        ScratchFolder.SetMode(_scratch.File("keys"), OwnFile | UnixFileMode.UserExecute);
        File.WriteAllText(_scratch.File("keys", "0123.draft"), "-----BEGIN PRIV");

        using var ring = new FileSigningKeyRing(_scratch.Data);

        Assert.That(Directory.GetFiles(_scratch.File("keys")).Single(), Is.EqualTo(KeyPath));
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.OtherRead)]
    [TestCase(UnixFileMode.OtherWrite)]
    public void New_KeyOpenToOthers_RefusedInOneLine(UnixFileMode extra)
    {
        new FileSigningKeyRing(_scratch.Data).Dispose();
        ScratchFolder.SetMode(KeyPath, OwnFile | extra);

        Assert.That(
            () => new FileSigningKeyRing(_scratch.Data),
            Throws.TypeOf<StartRefusedException>().With.Message.Contains("chmod 600 " + KeyPath).And.Message.Not.Contains("\n"));
    }

    [Test]
    public void New_KeyFolderOpenToOthers_Refused()
    {
        new FileSigningKeyRing(_scratch.Data).Dispose();
        ScratchFolder.SetMode(_scratch.File("keys"), OwnFile | UnixFileMode.UserExecute | UnixFileMode.GroupWrite);

        Assert.That(() => new FileSigningKeyRing(_scratch.Data), Throws.TypeOf<StartRefusedException>());
    }

    [Test]
    public void New_KeyOfAnotherUser_Refused()
    {
        if (Posix.EffectiveUser != 0) Assert.Ignore("only root can give a file away");
        new FileSigningKeyRing(_scratch.Data).Dispose();
        using (var chown = Process.Start("chown", ["65534", KeyPath])) chown.WaitForExit();

        Assert.That(
            () => new FileSigningKeyRing(_scratch.Data), Throws.TypeOf<StartRefusedException>().With.Message.Contains("belongs to user 65534"));
    }

    [TestCase("")]
    [TestCase("not a key")]
    [TestCase("-----BEGIN PRIVATE KEY-----\nTm90IGEga2V5\n-----END PRIVATE KEY-----\n")]
    public void New_NoKeyInTheFile_RefusedWithoutRepeatingItOrMakingAnother(string content)
    {
        new FileSigningKeyRing(_scratch.Data).Dispose();
        File.WriteAllText(KeyPath, content);

        Assert.Multiple(() =>
        {
            Assert.That(
                () => new FileSigningKeyRing(_scratch.Data),
                Throws.TypeOf<StartRefusedException>().With.Message.Contains(KeyPath).And.Message.Not.Contains("\n").And.Message.Not.Contains("Tm90"));
            Assert.That(File.ReadAllText(KeyPath), Is.EqualTo(content));
        });
    }
}
