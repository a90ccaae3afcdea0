using CredBroker.Approvals;
using CredBroker.Audit;
using CredBroker.Tasks;
using CredBroker.Templates;
using CredBroker.Testing.Audit;
using CredBroker.Tests.Revocation;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Approvals;

/// <summary>What people have agreed to is good once, so nothing that can wait may spoil it after it was used.</summary>
[TestFixture]
[Category("Unit"), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ApprovalUseTests
{
    private readonly OneApproval _store = new();
    private readonly RecordingAuditLog _audit = new();
    private readonly StubPlaces _places = new();
    private readonly FakeLogger<ApprovalDesk> _logger = new();
    private ApprovalDesk _desk = null!;

    [SetUp]
    public void SetUp()
    {
        _store.Request = _store.Request with { State = ApprovalState.Approved, Generation = 2 };
        _desk = new ApprovalDesk(
            _store, _places, new StubTasks(), new TemplateCatalogue(), new ApprovalAudit(_audit, _store), new FakeTimeProvider(), _logger);
    }

    [TestCase("a lease"), TestCase("a call of a tool")]
    public async Task Use_PlaceCannotBeGivenBack_IsUsedAndOnRecordAllTheSame(string use)
    {
        _places.Fault = new RefusedException(ErrorReason.StoreUnavailable, "The store does not answer.");

        Assert.That((await UseAsync(use)).State, Is.EqualTo(ApprovalState.Used));

        Assert.That(_audit.Of(AuditEventType.ApprovalUsed), Has.Count.EqualTo(1));
        Assert.That(_logger.Collector.LatestRecord.Message, Does.Contain(_store.Request.Id.Value));
    }

    [TestCase("a lease"), TestCase("a call of a tool")]
    public async Task Use_PlaceIsGivenBackBesideTheLine(string use)
    {
        _audit.Hold();
        var used = UseAsync(use);

        Assert.That(_places.Returned, Is.EqualTo(new[] { _store.Request.Id }), "before the line is written");
        Assert.That(used.IsCompleted, Is.False, "which is waited for");

        _audit.LetGo();
        await used;
    }

    [Test]
    public async Task Use_LineCannotBeWritten_RefusedAndThePlaceIsGivenBack()
    {
        _audit.IsAvailable = false;

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => UseAsync("a lease"));

        Assert.That(refusal!.Reason, Is.EqualTo(ErrorReason.AuditUnavailable));
        Assert.That(_places.Returned, Has.Count.EqualTo(1));
    }

    private async Task<ApprovalRequest> UseAsync(string use)
    {
        using var caller = new CancellationTokenSource();
        var token = TaskToken.New(_store.Request.Action.TaskId);
        if (use == "a call of a tool") return await _desk.UseAsync(_store.Request, token, caller.Token);
        await _store.UseAsync(_store.Request, token.SecretHash, caller.Token);
        return await _desk.RecordUseAsync(_store.Request.Id, caller.Token);
    }

    private sealed class StubPlaces : IApprovalPlaces
    {
        public RefusedException? Fault { get; set; }

        public List<ApprovalId> Returned { get; } = [];

        public Task<bool> TakeAsync(ApprovalRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ReturnAsync(ApprovalRequest request, CancellationToken cancellationToken)
        {
            Assert.That(cancellationToken.CanBeCanceled, Is.False, "a caller that hangs up must not leave the place taken");
            Returned.Add(request.Id);
            return Fault is null ? Task.CompletedTask : Task.FromException(Fault);
        }
    }
}
