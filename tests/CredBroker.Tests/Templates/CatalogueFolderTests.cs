using System.Text;
using CredBroker.Templates;

namespace CredBroker.Tests.Templates;

[TestFixture]
[Category("Unit")]
public sealed class CatalogueFolderTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TempFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Read_HiddenAndForeignFiles_AreLeftAlone()
    {
        _folder.Write("good.yaml", Yaml.Target);
        _folder.Write(".hidden.yaml", "bad: [");
        _folder.Write(".git/config.yaml", "bad: [");
        _folder.Write("notes.txt", "bad: [");
        _folder.Write("good.yaml.bak", "bad: [");

        Assert.That(Read().Set!.Targets.Keys, Is.EqualTo(new[] { "orders-api" }));
    }

    [Test, CancelAfter(10_000)]
    public void Read_PipeAmongTheFiles_IsNotWaitedFor(CancellationToken cancellationToken)
    {
        _folder.Write("good.yaml", Yaml.Target);
        using (var made = System.Diagnostics.Process.Start("mkfifo", _folder["pipe.yaml"])) made.WaitForExit();

        var read = Task.Run(() => Read().Set!, cancellationToken);

        Assert.That(read.WaitAsync(cancellationToken).GetAwaiter().GetResult().Targets.Keys, Is.EqualTo(new[] { "orders-api" }));
    }

    [Test]
    public void Read_ConfigMapVolume_ReadsEachFileOnceThroughItsLinks()
    {
        _folder.Write("..2026_01_01/target.yaml", Yaml.Target);
        _folder.Write("..2026_01_01/more/rule.yaml", Yaml.Rule);
        Directory.CreateSymbolicLink(_folder["..data"], "..2026_01_01");
        File.CreateSymbolicLink(_folder["target.yaml"], "..data/target.yaml");
        Directory.CreateSymbolicLink(_folder["more"], "..data/more");

        var snapshot = Read().Set!;

        Assert.That(snapshot.Targets.Keys, Is.EqualTo(new[] { "orders-api" }));
        Assert.That(snapshot.Rules.Select(r => r.Name), Is.EqualTo(new[] { "agents" }));
    }

    [Test]
    public void Fingerprint_ConfigMapSwapped_Differs()
    {
        _folder.Write("..one/target.yaml", Yaml.Target);
        _folder.Write("..two/target.yaml", Yaml.Target);
        File.SetLastWriteTimeUtc(_folder["..two/target.yaml"], File.GetLastWriteTimeUtc(_folder["..one/target.yaml"]));
        Directory.CreateSymbolicLink(_folder["..data"], "..one");
        File.CreateSymbolicLink(_folder["target.yaml"], "..data/target.yaml");
        var before = CatalogueFolder.Fingerprint(_folder.Path, CatalogueReader.Extensions);

        Directory.Delete(_folder["..data"]);
        Directory.CreateSymbolicLink(_folder["..data"], "..two");

        Assert.That(CatalogueFolder.Fingerprint(_folder.Path, CatalogueReader.Extensions), Is.Not.EqualTo(before));
    }

    [Test]
    public void Fingerprint_AnyChangeOfAFile_Differs()
    {
        _folder.Write("a/target.yaml", Yaml.Target);
        var seen = new HashSet<string> { CatalogueFolder.Fingerprint(_folder.Path, CatalogueReader.Extensions) };
        Assert.That(seen.Add(CatalogueFolder.Fingerprint(_folder.Path, CatalogueReader.Extensions)), Is.False, "unchanged");

        File.AppendAllText(_folder["a/target.yaml"], "#");
        Assert.That(seen.Add(CatalogueFolder.Fingerprint(_folder.Path, CatalogueReader.Extensions)), Is.True, "length");
        File.SetLastWriteTimeUtc(_folder["a/target.yaml"], new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.That(seen.Add(CatalogueFolder.Fingerprint(_folder.Path, CatalogueReader.Extensions)), Is.True, "time");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder["a/target.yaml"], UnixFileMode.UserRead);
            Assert.That(seen.Add(CatalogueFolder.Fingerprint(_folder.Path, CatalogueReader.Extensions)), Is.True, "mode");
        }

        File.Move(_folder["a/target.yaml"], _folder["a/other.yaml"]);
        Assert.That(seen.Add(CatalogueFolder.Fingerprint(_folder.Path, CatalogueReader.Extensions)), Is.True, "name");
        File.Delete(_folder["a/other.yaml"]);
        Assert.That(seen.Add(CatalogueFolder.Fingerprint(_folder.Path, CatalogueReader.Extensions)), Is.True, "gone");
    }

    [Test]
    public void Read_LinkThatLeadsNowhere_IsAFault()
    {
        _folder.Write("good.yaml", Yaml.Target);
        File.CreateSymbolicLink(_folder["broken.yaml"], "nowhere.yaml");

        var reading = Read();

        Assert.That(reading.Faults.Single().ToString(), Is.EqualTo("broken.yaml:0: file: cannot be read"));
        Assert.That(reading.IsWorthRetrying, Is.True);
    }

    [Test]
    public void Read_LinkThatLeadsBack_IsAFault()
    {
        _folder.Write("good.yaml", Yaml.Target);
        Directory.CreateSymbolicLink(_folder["loop"], ".");

        Assert.That(Read().Faults.Single().Message, Does.Contain("does a link lead back?"));
    }

    [Test]
    public void Read_FolderIsNotThere_IsAFault()
    {
        var reading = CatalogueReader.Read(_folder["none"]);

        Assert.That(reading.Faults.Single(), Is.EqualTo(new CatalogueFault(_folder["none"], 0, "folder", "is not there")));
        Assert.That(reading.IsWorthRetrying, Is.True);
    }

    [TestCase("")]
    [TestCase("# nothing yet\n---\n---\n")]
    public void Read_NoDocuments_IsAFault(string yaml)
    {
        _folder.Write("a.yaml", yaml);
        Assert.That(Read().Faults.Single().Message, Is.EqualTo("holds no documents"));
    }

    [Test]
    public void Read_EmptyDocumentsBetween_AreLeftAlone()
    {
        _folder.Write("a.yaml", Yaml.Separator + Yaml.Target + Yaml.Separator + Yaml.Separator + Yaml.Rule + "...\n");
        Assert.That(Read().Set!.Rules, Has.Count.EqualTo(1));
    }

    [Test]
    public void Read_FileOfTheLargestSize_IsReadAndOneByteMoreIsAFault()
    {
        var padding = new string('#', CatalogueReader.MaxFileBytes - Encoding.UTF8.GetByteCount(Yaml.Target));
        _folder.Write("a.yaml", Yaml.Target + padding);
        Assert.That(Read().Faults, Is.Empty);

        _folder.Write("a.yaml", Yaml.Target + padding + "#");
        Assert.That(Read().Faults.Single().ToString(), Is.EqualTo("a.yaml:0: file: is larger than 4194304 bytes"));
    }

    [Test]
    public void Read_MoreThanAllFilesMayHold_IsAFault()
    {
        var padding = new string('#', CatalogueReader.MaxFileBytes);
        for (var i = 0; i < 9; i++) _folder.Write($"{i:00}.yaml", padding);

        Assert.That(Read().Faults.Single().ToString(), Is.EqualTo("08.yaml:0: file: the files together are larger than 33554432 bytes"));
    }

    [Test]
    public void Read_OtherEncodings_AreFaults()
    {
        File.WriteAllText(_folder["utf16.yaml"], Yaml.Target, Encoding.Unicode);
        File.WriteAllBytes(_folder["latin1.yaml"], [.. "# "u8, 0xE9, .. "\n"u8]);

        Assert.That(Read().Faults.Select(f => f.ToString()), Is.EqualTo(new[] { "latin1.yaml:0: file: is not UTF-8", "utf16.yaml:0: file: is not UTF-8" }));
    }

    [Test]
    public void Read_ByteOrderMark_IsLeftAlone()
    {
        File.WriteAllText(_folder["a.yaml"], Yaml.Target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.That(Read().Faults, Is.Empty);
    }

    [Test]
    public void Read_GivenUp_Throws()
    {
        _folder.Write("a.yaml", Yaml.Target);
        Assert.That(() => CatalogueReader.Read(_folder.Path, new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
    }

    private FolderReading<CatalogueSnapshot> Read() => CatalogueReader.Read(_folder.Path);
}
