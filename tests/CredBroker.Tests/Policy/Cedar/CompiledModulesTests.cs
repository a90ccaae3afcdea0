using System.Runtime.Versioning;
using CredBroker.Policy.Cedar.Wasm;
using CredBroker.Tests.Templates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Wasmtime;

namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Unit")]
[UnsupportedOSPlatform("windows")]
public sealed class CompiledModulesTests
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    private static readonly byte[] Wasm = Module.ConvertText("""(module (func (export "answer") (result i32) i32.const 42))""");

    private TempFolder _temp = null!;
    private string _folder = null!;
    private FakeLogger _logger = null!;
    private Engine _engine = null!;

    private IEnumerable<FakeLogRecord> Warnings => _logger.Collector.GetSnapshot().Where(record => record.Level >= LogLevel.Warning);

    [SetUp]
    public void SetUp()
    {
        _temp = new TempFolder();
        _folder = _temp["modules"];
        _logger = new FakeLogger();
        _engine = new Engine();
    }

    [TearDown]
    public void TearDown()
    {
        _engine.Dispose();
        _temp.Dispose();
    }

    [Test]
    public void Get_FirstTime_KeepsWhatOnlyTheOwnerCanRead()
    {
        using var module = Get();

        Assert.That(Answer(module), Is.EqualTo(42));
        Assert.That(File.GetUnixFileMode(_folder), Is.EqualTo(OwnFolder));
        Assert.That(File.GetUnixFileMode(Directory.GetFiles(_folder).Single()), Is.EqualTo(OwnFile));
        Assert.That(Warnings, Is.Empty);
    }

    [Test]
    public void Get_SecondTime_TakesWhatIsKept()
    {
        Get().Dispose();
        var file = Directory.GetFiles(_folder).Single();
        var written = File.GetLastWriteTimeUtc(file);
        // Something else under the same name tells whether it was taken.
        File.WriteAllBytes(file, Serialized("""(module (func (export "answer") (result i32) i32.const 7))"""));

        using var module = Get();

        Assert.That(Answer(module), Is.EqualTo(7));
        Assert.That(File.GetLastWriteTimeUtc(file), Is.GreaterThanOrEqualTo(written));
        Assert.That(Warnings, Is.Empty);
    }

    [Test]
    public void Get_OtherModuleOrSettings_IsKeptBeside()
    {
        Get().Dispose();
        Get(Module.ConvertText("(module)")).Dispose();
        Get(settings: "other").Dispose();

        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(3));
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.OtherWrite)]
    public void Get_FileOpenToOthers_IsNotRun(UnixFileMode open)
    {
        Get().Dispose();
        var file = Directory.GetFiles(_folder).Single();
        File.WriteAllBytes(file, Serialized("""(module (func (export "answer") (result i32) i32.const 7))"""));
        File.SetUnixFileMode(file, OwnFile | open);

        using var module = Get();

        Assert.That(Answer(module), Is.EqualTo(42));
        Assert.That(Warnings.Single().Message, Does.Contain("open to other users"));
        Assert.That(File.GetUnixFileMode(Directory.GetFiles(_folder).Single()), Is.EqualTo(OwnFile));
    }

    [Test]
    public void Get_FolderOpenToOthers_IsNotUsed()
    {
        Directory.CreateDirectory(_folder, OwnFolder | UnixFileMode.OtherExecute);

        using var module = Get();

        Assert.That(Answer(module), Is.EqualTo(42));
        Assert.That(Directory.GetFiles(_folder), Is.Empty);
        Assert.That(Warnings.Single().Message, Does.Contain("open to other users"));
    }

    [Test]
    public void Get_HalfAFile_IsWrittenAnew()
    {
        Get().Dispose();
        var file = Directory.GetFiles(_folder).Single();
        var whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, whole[..(whole.Length / 2)]);

        using var module = Get();

        Assert.That(Answer(module), Is.EqualTo(42));
        Assert.That(Warnings.Single().Message, Does.Contain("cannot be used"));
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(whole));
    }

    [Test]
    public void Get_FolderThatCannotBe_CompilesAllTheSame()
    {
        File.WriteAllText(_folder, "a file");

        using var module = Get();

        Assert.That(Answer(module), Is.EqualTo(42));
        Assert.That(Warnings, Is.Not.Empty);
    }

    private Module Get(byte[]? wasm = null, string settings = "") => new CompiledModules(_folder, _logger).Get(_engine, settings, wasm ?? Wasm);

    private byte[] Serialized(string text)
    {
        using var module = Module.FromText(_engine, "cedar", text);
        return module.Serialize();
    }

    private int Answer(Module module)
    {
        using var store = new Store(_engine);
        return new Instance(store, module).GetFunction<int>("answer")!();
    }
}
