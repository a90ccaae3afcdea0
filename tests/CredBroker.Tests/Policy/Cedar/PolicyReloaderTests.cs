using CredBroker.Audit;
using CredBroker.Policy.Cedar;
using CredBroker.Templates;
using CredBroker.Tests.Templates;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Policy.Cedar;

[TestFixture]
[Category("Unit")]
public sealed class PolicyReloaderTests
{
    private const string Good = """@id("a") permit (principal, action, resource);""";
    private const string Better = """@id("a") permit (principal, action, resource); @id("b") forbid (principal, action, resource);""";
    private const string Bad = """@id("a") permit (principal, action, resource) when { nonsense };""";

    private TempFolder _folder = null!;
    private PolicyLibrary _library = null!;
    private RecordingAuditLog _audit = null!;
    private PolicyReloader _reloader = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        _library = new PolicyLibrary();
        _audit = new RecordingAuditLog();
        _reloader = new PolicyReloader(
            _folder.Path, PolicyReloader.DefaultPollInterval, _library, TestCedar.Module, _audit, new FakeTimeProvider(), new FakeLogger<PolicyReloader>());
        _folder.Write("a.cedar", Good);
    }

    [TearDown]
    public void TearDown()
    {
        _library.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void LoadInitial_GoodSet_IsInForce()
    {
        Assert.That((_library.Count, _library.Version), Is.EqualTo((0, "")));

        _reloader.LoadInitial();

        Assert.That(_library.Count, Is.EqualTo(1));
        Assert.That(_library.Version, Does.Match("^[0-9a-f]{16}$"));
    }

    [Test]
    public void LoadInitial_BadSet_ThrowsWithFileLineAndReason()
    {
        _folder.Write("a.cedar", "\n\n" + Bad);

        var fault = Assert.Throws<CatalogueException>(_reloader.LoadInitial);

        Assert.That(fault.Message, Does.Contain("set of policies").And.Contain("a.cedar:3: policy: "));
        Assert.That(_library.Count, Is.Zero);
    }

    [Test]
    public async Task LookAsync_BetterSet_TakesItsPlaceAndIsAudited()
    {
        _reloader.LoadInitial();
        var before = _library.Version;
        _folder.Write("a.cedar", Better);
        await LookTwiceAsync();

        Assert.That(_library.Count, Is.EqualTo(2));
        Assert.That(_library.Version, Is.Not.EqualTo(before));
        Assert.That(_audit.Events.Select(e => e.Type), Is.EqualTo(new[] { AuditEventType.PoliciesLoaded, AuditEventType.PoliciesLoaded }));
        Assert.That(_audit.Events[^1].Details, Is.SupersetOf(new Dictionary<string, string> { ["version"] = _library.Version, ["policies"] = "2", ["forbidding"] = "1" }));
    }

    [Test]
    public async Task LookAsync_BadSet_LeavesTheOldOneAndIsAudited()
    {
        _reloader.LoadInitial();
        var before = _library.Version;
        _folder.Write("b.cedar", Bad);
        await LookTwiceAsync();

        Assert.That(_library.Version, Is.EqualTo(before));
        Assert.That(_reloader.Faults.Single().ToString(), Does.StartWith("b.cedar:1: policy: "));
        var refused = _audit.Events.Single(e => e.Type == AuditEventType.PoliciesRefused);
        Assert.That(refused.Details["fault_1"], Does.StartWith("b.cedar:1: policy: "));

        _folder.Write("b.cedar", """@id("b") forbid (principal, action, resource);""");
        await LookTwiceAsync();

        Assert.That((_library.Count, _reloader.Faults.Count), Is.EqualTo((2, 0)));
    }

    [Test]
    public async Task LookAsync_EmptiedFolder_LeavesTheOldSet()
    {
        _reloader.LoadInitial();
        File.Delete(_folder["a.cedar"]);
        await LookTwiceAsync();

        Assert.That(_library.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Replace_WhileSomebodyDecides_EndsWithTheOldSet()
    {
        _reloader.LoadInitial();
        var old = _library.Current!;
        _folder.Write("a.cedar", Better);
        await LookTwiceAsync();

        var answer = await old.Pool.UseAsync(session => session.Decide(old.Slices.Of(new Ask().Scope), "read", new Ask().Json), CancellationToken.None);

        Assert.That(answer.Allowed, Is.True);
        Assert.That(old.Pool.Idle, Is.Zero, "What is no longer in force keeps no memory.");
    }

    private async Task LookTwiceAsync()
    {
        // A change is read once two looks have seen the same.
        await _reloader.LookAsync(CancellationToken.None);
        await _reloader.LookAsync(CancellationToken.None);
    }
}
