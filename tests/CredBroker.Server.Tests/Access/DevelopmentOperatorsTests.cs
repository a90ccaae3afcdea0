using System.Text.Json;
using CredBroker.Server.Access;
using CredBroker.Server.Hosting;
using CredBroker.Server.Tests.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace CredBroker.Server.Tests.Access;

[TestFixture, Category("Server")]
public sealed class DevelopmentOperatorsTests
{
    private ScratchFolder _scratch = null!;
    private FakeLogger<DevelopmentOperators> _log = null!;

    private string File => _scratch.File("operators.json");

    [SetUp]
    public void MakeFolder()
    {
        _scratch = new ScratchFolder();
        _log = new FakeLogger<DevelopmentOperators>();
    }

    [TearDown]
    public void RemoveFolder() => _scratch.Dispose();

    [Test]
    public async Task Authenticate_TokenOfTheFile_OperatorInEveryTenant()
    {
        var operators = Open();

        foreach (var (role, token) in ReadTokens())
        {
            var found = await operators.AuthenticateAsync(token, CancellationToken.None);
            Assert.Multiple(() =>
            {
                Assert.That(token, Does.Match($@"\Acbo_{role}\.[A-Za-z0-9_-]{{43}}\z"));
                Assert.That(found?.Principal, Is.EqualTo($"development/{role}"));
                Assert.That(found?.Bindings.Single().Tenant, Is.EqualTo("*"));
                Assert.That(OperatorRoles.NameOf(found!.Bindings.Single().Role), Is.EqualTo(role));
            });
        }
    }

    [Test]
    public void Open_FirstTime_OneTokenOfEachRoleForItsOwnerAlone()
    {
        Open();

        Assert.Multiple(() =>
        {
            Assert.That(ReadTokens().Keys, Is.EquivalentTo(new[] { "viewer", "responder", "approver", "platform-admin" }));
            Assert.That(ReadTokens().Values, Is.Unique);
            Assert.That(ScratchFolder.ModeOf(File), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(Directory.GetFileSystemEntries(_scratch.Path), Is.EquivalentTo(new[] { File }), "No draft stays.");
        });
    }

    [Test]
    public async Task Open_SecondTime_SameTokens()
    {
        Open();
        var before = ReadTokens();

        var again = Open();

        Assert.That(ReadTokens(), Is.EquivalentTo(before));
        Assert.That(await again.AuthenticateAsync(before["viewer"], CancellationToken.None), Is.Not.Null);
    }

    [Test]
    public async Task Authenticate_WrongTokens_Nobody()
    {
        var operators = Open();
        var viewer = ReadTokens()["viewer"];
        string[] wrong =
        [
            "", "x", viewer[..^1], viewer + "A", viewer.Replace("viewer", "platform-admin", StringComparison.Ordinal), viewer.ToUpperInvariant(),
            DevelopmentToken.New(OperatorRole.Viewer), " " + viewer,
        ];

        foreach (var token in wrong) Assert.That(await operators.AuthenticateAsync(token, CancellationToken.None), Is.Null);
    }

    [Test]
    public void Open_Always_LogsThePathAndNoToken()
    {
        Open();

        var logged = string.Join('\n', _log.Collector.GetSnapshot().Select(record => record.Message));
        Assert.Multiple(() =>
        {
            Assert.That(logged, Does.Contain(File));
            foreach (var token in ReadTokens().Values) Assert.That(logged, Does.Not.Contain(token.Split('.')[1]));
        });
    }

    [Test]
    public void Open_FileOpenToOthers_Refused()
    {
        Open();
        ScratchFolder.SetMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Assert.That(Open, Throws.TypeOf<StartRefusedException>().With.Message.Contains("chmod 600"));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"viewer":"cbo_viewer.tooshort_but_secret"}""")]
    [TestCase("""{"viewer":null,"responder":null,"approver":null,"platform-admin":null}""")]
    public void Open_DamagedFile_RefusedWithoutQuotingIt(string content)
    {
        Open();
        System.IO.File.WriteAllText(File, content);

        Assert.That(Open, Throws.TypeOf<StartRefusedException>().With.Message.Contains("Remove it").And.Message.Not.Contains("secret")
            .And.InnerException.Null);
    }

    private DevelopmentOperators Open() => new(_scratch.Data, _log);

    private Dictionary<string, string> ReadTokens() => JsonSerializer.Deserialize<Dictionary<string, string>>(System.IO.File.ReadAllText(File))!;
}
