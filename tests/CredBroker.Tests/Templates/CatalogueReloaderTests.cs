using CredBroker.Audit;
using CredBroker.Templates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Templates;

[TestFixture]
[Category("Unit")]
public sealed class CatalogueReloaderTests
{
    private static readonly string Good = Yaml.Target + Yaml.Separator + Yaml.Template;
    private static readonly string Better = Good.With("max: 10m", "max: 12m");
    private static readonly string Bad = Good.With("max: 10m", "max: soon");

    private TempFolder _folder = null!;
    private TemplateCatalogue _catalogue = null!;
    private RecordingAuditLog _audit = null!;
    private FakeTimeProvider _time = null!;
    private FakeLogger<CatalogueReloader> _logger = null!;
    private CatalogueReloader _reloader = null!;
    private int _writes;

    private TimeSpan MaxTtl => _catalogue.Current.Templates["orders"].MaxTtl;

    private IEnumerable<AuditEventType> Audited => _audit.Events.Select(e => e.Type);

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        _catalogue = new TemplateCatalogue();
        _audit = new RecordingAuditLog();
        _time = new FakeTimeProvider();
        _logger = new FakeLogger<CatalogueReloader>();
        _reloader = new CatalogueReloader(_folder.Path, CatalogueReloader.DefaultPollInterval, _catalogue, _audit, _time, _logger);
        Write(Good);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Current_BeforeTheFirstSet_IsEmpty() => Assert.That(_catalogue.Current.Templates, Is.Empty);

    [Test]
    public void LoadInitial_GoodSet_IsInForce()
    {
        _reloader.LoadInitial();

        Assert.That(MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(10)));
        Assert.That(_reloader.Faults, Is.Empty);
    }

    [Test]
    public void LoadInitial_BadSet_ThrowsWithEveryFault()
    {
        Write(Bad.With("risk: low", "risk: none"));

        var fault = Assert.Throws<CatalogueException>(() => _reloader.LoadInitial());

        Assert.That(fault.Faults.Select(f => f.Field), Is.EqualTo(new[] { "spec.risk", "spec.ttl.max" }));
        Assert.That(fault.Message, Does.Contain("2 fault(s)").And.Contain("a.yaml:15: spec.risk").And.Contain("a.yaml:19: spec.ttl.max"));
        Assert.That(_catalogue.Current.Templates, Is.Empty);
    }

    [Test]
    public async Task LookAsync_FirstTime_AuditsTheInitialSetOnce()
    {
        _reloader.LoadInitial();
        await LookAsync(times: 3);

        var loaded = _audit.Events.Single();
        Assert.Multiple(() =>
        {
            Assert.That(loaded.Type, Is.EqualTo(AuditEventType.CatalogueLoaded));
            Assert.That(loaded.Time, Is.EqualTo(_time.GetUtcNow()));
            Assert.That(loaded.Actor, Is.EqualTo(AuditActor.System));
            Assert.That(loaded.Details["version"], Is.EqualTo(_catalogue.Current.Version));
            Assert.That(loaded.Details["templates"], Is.EqualTo("1"));
            Assert.That(loaded.Details["targets"], Is.EqualTo("1"));
            Assert.That(loaded.Details["rules"], Is.EqualTo("0"));
        });
    }

    [Test]
    public async Task LookAsync_ChangedSet_ComesIntoForceOnceItHasSettled()
    {
        _reloader.LoadInitial();
        Write(Better);

        await LookAsync();
        Assert.That(MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(10)), "it may still be being written");
        await LookAsync();
        Assert.That(MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(12)));
        Assert.That(Audited, Is.EqualTo(new[] { AuditEventType.CatalogueLoaded, AuditEventType.CatalogueLoaded }));
    }

    [Test]
    public async Task LookAsync_FileStillBeingWritten_IsLeftAlone()
    {
        _reloader.LoadInitial();
        for (var i = 0; i < 5; i++)
        {
            Write(Better + string.Concat(Enumerable.Repeat("#\n", i)));
            await LookAsync();
            Assert.That(MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(10)));
        }
    }

    [Test]
    public async Task LookAsync_BadSet_NeverReplacesAGoodOne()
    {
        _reloader.LoadInitial();
        var before = _catalogue.Current;
        Write(Bad);
        await LookAsync(times: 5);

        Assert.That(_catalogue.Current, Is.SameAs(before));
        Assert.That(_reloader.Faults.Single().Field, Is.EqualTo("spec.ttl.max"));
        Assert.That(Audited, Is.EqualTo(new[] { AuditEventType.CatalogueLoaded, AuditEventType.CatalogueRefused }), "once");
        var refused = _audit.Events[1];
        Assert.That(refused.Details["version"], Is.EqualTo(before.Version));
        Assert.That(refused.Details["faults"], Is.EqualTo("1"));
        Assert.That(refused.Details["fault_1"], Does.StartWith("a.yaml:19: spec.ttl.max: must be a duration"));
        Assert.That(_logger.Collector.GetSnapshot().Single(r => r.Level == LogLevel.Error).Message, Does.Contain("a.yaml:19: spec.ttl.max"));
    }

    [Test]
    public async Task LookAsync_ManyFaults_AuditsTheFirstTenAndTheirNumber()
    {
        _reloader.LoadInitial();
        Write(string.Join(Yaml.Separator, Enumerable.Repeat("kind: None\n", 25)));
        await LookAsync(times: 2);

        var refused = _audit.Events[^1];
        Assert.That(refused.Details["faults"], Is.EqualTo("25"));
        Assert.That(refused.Details.Keys.Count(k => k.StartsWith("fault_", StringComparison.Ordinal)), Is.EqualTo(10));
    }

    [Test]
    public async Task LookAsync_MendedSet_ComesIntoForce()
    {
        _reloader.LoadInitial();
        Write(Bad);
        await LookAsync(times: 2);
        Write(Better);
        await LookAsync(times: 2);

        Assert.That(MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(12)));
        Assert.That(_reloader.Faults, Is.Empty);
    }

    [Test]
    public async Task LookAsync_BadSetTakenBack_IsAuditedAsLoaded()
    {
        _reloader.LoadInitial();
        Write(Bad);
        await LookAsync(times: 2);
        Write(Good);
        await LookAsync(times: 2);

        Assert.That(_reloader.Faults, Is.Empty);
        Assert.That(Audited.Last(), Is.EqualTo(AuditEventType.CatalogueLoaded));
    }

    [Test]
    public async Task LookAsync_OnlyTheLayoutChanged_ChangesNothing()
    {
        _reloader.LoadInitial();
        var before = _catalogue.Current;
        Write("# a remark\n" + Good);
        await LookAsync(times: 3);

        Assert.That(_catalogue.Current, Is.SameAs(before));
        Assert.That(_audit.Events, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task LookAsync_FilesAddedAndRemoved_AreFollowed()
    {
        _reloader.LoadInitial();
        _folder.Write("more/rule.yaml", Yaml.Rule);
        await LookAsync(times: 2);
        Assert.That(_catalogue.Current.Rules, Has.Count.EqualTo(1));

        File.Delete(_folder["more/rule.yaml"]);
        await LookAsync(times: 2);
        Assert.That(_catalogue.Current.Rules, Is.Empty);
    }

    [Test]
    public async Task LookAsync_FolderGoneForAWhile_KeepsTheSetAndFollowsAgain()
    {
        _reloader.LoadInitial();
        Directory.Move(_folder.Path, _folder.Path + "-away");
        await LookAsync(times: 4);
        Assert.That(MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(10)));
        Assert.That(_reloader.Faults.Single().Message, Is.EqualTo("is not there"));
        Assert.That(Audited.Count(t => t == AuditEventType.CatalogueRefused), Is.EqualTo(1));

        Directory.Move(_folder.Path + "-away", _folder.Path);
        Write(Better);
        await LookAsync(times: 2);
        Assert.That(MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(12)));
    }

    [Test]
    public async Task LookAsync_EmptiedFolder_KeepsTheSet()
    {
        _reloader.LoadInitial();
        File.Delete(_folder["a.yaml"]);
        await LookAsync(times: 2);

        Assert.That(MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(10)));
        Assert.That(_reloader.Faults.Single().Message, Is.EqualTo("holds no documents"));
    }

    [Test]
    public async Task LookAsync_AuditNotAvailable_KeepsTheSetAndTriesAgain()
    {
        _reloader.LoadInitial();
        await LookAsync();
        Write(Better);
        _audit.IsAvailable = false;
        await LookAsync();
        await Assert.ThrowsAsync<RefusedException>(() => LookAsync());
        Assert.That(MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(10)));

        _audit.IsAvailable = true;
        await LookAsync();
        Assert.That(MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(12)));
    }

    [Test]
    public async Task LookAsync_ChangedSet_IsAuditedBeforeItIsInForce()
    {
        _reloader.LoadInitial();
        await LookAsync();
        Write(Better);
        var inForceAtAudit = TimeSpan.Zero;
        _audit.OnAppend = () => inForceAtAudit = MaxTtl;
        await LookAsync(times: 2);

        Assert.That(inForceAtAudit, Is.EqualTo(TimeSpan.FromMinutes(10)));
    }

    [Test]
    public async Task RunAsync_UntilToldToStop_FollowsTheFolderThroughFailures()
    {
        _reloader.LoadInitial();
        using var stop = new CancellationTokenSource();
        _audit.IsAvailable = false;
        var running = _reloader.RunAsync(stop.Token);
        await UntilAsync(() => _logger.Collector.GetSnapshot().Any(r => r.Exception is RefusedException));

        _audit.IsAvailable = true;
        Write(Better);
        await UntilAsync(() => MaxTtl == TimeSpan.FromMinutes(12));

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        Assert.That(running.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task RunAsync_BeforeThePollInterval_DoesNotLook()
    {
        _reloader.LoadInitial();
        using var stop = new CancellationTokenSource();
        var running = _reloader.RunAsync(stop.Token);
        await UntilAsync(() => _audit.Events.Count == 1, advance: false);
        Write(Better);
        // The first look, at once, has been; the change needs two more.
        _time.Advance(CatalogueReloader.DefaultPollInterval);
        _time.Advance(CatalogueReloader.DefaultPollInterval - TimeSpan.FromTicks(1));
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);

        Assert.That(MaxTtl, Is.EqualTo(TimeSpan.FromMinutes(10)));
    }

    private async Task LookAsync(int times = 1)
    {
        for (var i = 0; i < times; i++) await _reloader.LookAsync(CancellationToken.None);
    }

    // Each write has a time of its own, however coarse the file system's clock is.
    private void Write(string yaml)
    {
        _folder.Write("a.yaml", yaml);
        File.SetLastWriteTimeUtc(_folder["a.yaml"], new DateTime(2026, 1, 1, 0, 0, _writes++, DateTimeKind.Utc));
    }

    private async Task UntilAsync(Func<bool> condition, bool advance = true)
    {
        for (var i = 0; i < 500 && !condition(); i++)
        {
            if (advance) _time.Advance(CatalogueReloader.DefaultPollInterval);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        Assert.That(condition(), Is.True, "not within ten seconds");
    }
}
