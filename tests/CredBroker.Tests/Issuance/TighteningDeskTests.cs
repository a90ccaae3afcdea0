using CredBroker.Audit;
using CredBroker.Issuance;
using CredBroker.Leases;
using CredBroker.Policy;
using CredBroker.Tasks;
using CredBroker.Templates;
using CredBroker.Testing.Audit;
using CredBroker.Tests.Policy.Cedar;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Issuance;

/// <summary>What an operator orders takes the place of no pass that a newer set has begun, and the trail says so where it did not come about.</summary>
[TestFixture]
[Category("Unit"), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TighteningDeskTests : IDisposable
{
    private static readonly TighteningTerms Terms = new(Revokes: false, 100, TimeSpan.FromSeconds(10));

    private readonly Stub _stub = new();
    private readonly RecordingAuditLog _audit = new();
    private readonly FakeTimeProvider _time = new();
    private TighteningDesk _desk = null!;

    [SetUp]
    public void SetUp()
    {
        var review = new LiveReview(new LeaseReview(new TemplateCatalogue(), _stub, _stub), _stub);
        _desk = new TighteningDesk(review, new FakeLeaseIndex(), _stub, _stub, Terms, _audit, _time);
    }

    public void Dispose() => _desk.Dispose();

    [TestCase("the same set", false), TestCase("another set", true), TestCase("none", false)]
    public async Task Apply_NothingNewerIsUnderWay_IsOrdered(string of, bool isFinished)
    {
        var findings = await _desk.PreviewAsync(TenantScope.All, "adm", default);
        _stub.Latest = of == "none" ? null : Pass(of == "the same set" ? findings.Version : "newer.set", isFinished);

        var beginsAt = await ApplyAsync(findings.Version);

        Assert.That(beginsAt, Is.EqualTo(_time.GetUtcNow() + Terms.Delay));
        Assert.That((_stub.Latest!.Version, _stub.Latest.OrderedBy, _stub.Latest.Revokes), Is.EqualTo((findings.Version, "adm", true)));
        Assert.That(_audit.Events.Select(line => line.Type), Is.EqualTo(new[] { AuditEventType.TighteningOrdered }));
    }

    [Test]
    public async Task Apply_LeasesAreBeingHeldAgainstANewerSet_RefusedAndNothingIsOnRecord()
    {
        var findings = await _desk.PreviewAsync(TenantScope.All, "adm", default);
        var newer = _stub.Latest = Pass("newer.set", isFinished: false);

        await RefusedAsync(ErrorReason.ConcurrentUpdate, findings.Version);

        Assert.That(_stub.Latest, Is.SameAs(newer));
        Assert.That(_audit.Events, Is.Empty);
    }

    [Test]
    public async Task Apply_OvertakenAfterItsLine_NewerStaysAndTheTrailSaysSo()
    {
        var findings = await _desk.PreviewAsync(TenantScope.All, "adm", default);
        _stub.Latest = Pass(findings.Version, isFinished: true);
        _audit.Hold();
        var applying = ApplyAsync(findings.Version);
        var newer = _stub.Latest = Pass("newer.set", isFinished: false) with { Number = 8 };
        _audit.LetGo();

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => applying);

        Assert.That(refusal!.Reason, Is.EqualTo(ErrorReason.ConcurrentUpdate));
        Assert.That(_stub.Latest, Is.SameAs(newer));
        Assert.That(
            _audit.Events.Select(line => (line.Type, line.Reason)),
            Is.EqualTo(new[] { (AuditEventType.TighteningOrdered, (string?)null), (AuditEventType.TighteningNotOrdered, "CONCURRENT_UPDATE") }));
    }

    [Test]
    public async Task Apply_StoreIsGoneAfterItsLine_TheTrailSaysSo()
    {
        var findings = await _desk.PreviewAsync(TenantScope.All, "adm", default);
        _stub.IsGone = true;

        await RefusedAsync(ErrorReason.StoreUnavailable, findings.Version);

        var line = _audit.Of(AuditEventType.TighteningNotOrdered).Single();
        Assert.That((line.Reason, line.Actor.Subject, line.Details["version"]), Is.EqualTo(("STORE_UNAVAILABLE", "adm", findings.Version)));
    }

    private static TighteningPass Pass(string version, bool isFinished) => new()
    {
        Number = 7,
        Version = version,
        Revokes = false,
        RequestedAt = DateTimeOffset.UnixEpoch,
        FinishedAt = isFinished ? DateTimeOffset.UnixEpoch : null,
    };

    private Task<DateTimeOffset> ApplyAsync(string version) => _desk.ApplyAsync(version, "drill", 0, "adm", default);

    private async Task RefusedAsync(ErrorReason reason, string version) =>
        Assert.That((await Assert.ThrowsAsync<RefusedException>(() => ApplyAsync(version)))!.Reason, Is.EqualTo(reason));

    private sealed class Stub : ITighteningStore, IPreviewStore, IPolicySet, IPolicyEvaluator, ITaskIndex
    {
        private readonly Dictionary<string, long> _shown = [];

        public TighteningPass? Latest { get; set; }

        public bool IsGone { get; set; }

        public string Version => "0123456789abcdef";

        public Task<TighteningPass?> FindAsync(CancellationToken cancellationToken) => Task.FromResult(Latest);

        public Task<bool> SaveAsync(TighteningPass pass, long inPlaceOf, CancellationToken cancellationToken)
        {
            if (IsGone) throw new RefusedException(ErrorReason.StoreUnavailable, "The store does not answer.");
            if ((Latest?.Number ?? 0) != inPlaceOf) return Task.FromResult(false);
            Latest = pass;
            return Task.FromResult(true);
        }

        public Task<IReadOnlyList<AgentTask>> ReadAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<AgentTask>>([]);

        public Task RememberAsync(string previewDigest, long count, CancellationToken cancellationToken)
        {
            _shown[previewDigest] = count;
            return Task.CompletedTask;
        }

        public Task<long?> RecallAsync(string previewDigest, CancellationToken cancellationToken) =>
            Task.FromResult(_shown.TryGetValue(previewDigest, out var count) ? count : (long?)null);

        public Task<string?> SecondAsync(FenceId fence, string principal, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> TryHoldAsync(string holder, TimeSpan hold, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<PolicyDecision> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<PolicyDecision> EvaluateOpeningAsync(AgentTask task, System.Net.IPAddress? source, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<BucketPage<TaskPosition>> ListAsync(int bucket, TaskPosition? after, int take, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
