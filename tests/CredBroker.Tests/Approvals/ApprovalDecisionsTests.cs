using System.Collections.Frozen;
using CredBroker.Approvals;
using CredBroker.Audit;
using CredBroker.Templates;
using CredBroker.Testing.Audit;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Approvals;

/// <summary>What people say counts as the groups are now, on what is asked now, and only where it can be on record.</summary>
[TestFixture]
[Category("Unit"), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ApprovalDecisionsTests
{
    private readonly OneApproval _store = new();
    private readonly TemplateCatalogue _catalogue = new();
    private readonly RecordingAuditLog _audit = new();
    private ApprovalDecisions _decisions = null!;

    [SetUp]
    public void SetUp()
    {
        Group("ann", "bob", "cy");
        _decisions = new ApprovalDecisions(_store, _catalogue, new ApprovalAudit(_audit, _store), new FakeTimeProvider());
    }

    [Test]
    public async Task Decide_SomebodyHasLeftTheGroupMeanwhile_CountsNoMore()
    {
        await DecideAsync("ann");
        Group("bob", "cy");

        Assert.That((await DecideAsync("bob")).State, Is.EqualTo(ApprovalState.Pending));
        Assert.That((await DecideAsync("cy")).State, Is.EqualTo(ApprovalState.Approved));
    }

    [Test]
    public async Task Decide_SomebodyElseWasFaster_BothCount()
    {
        _store.BeforeVote = () => _store.Request = _store.Request with { Votes = [new ApprovalVote("bob", true, "yes", DateTimeOffset.UnixEpoch, 2)], Generation = 2 };

        var decided = await DecideAsync("ann");

        Assert.That((decided.State, decided.Generation), Is.EqualTo((ApprovalState.Approved, 3L)));
        Assert.That(decided.ApprovedBy, Is.EqualTo(new[] { "bob", "ann" }));
    }

    [Test]
    public void Decide_SomebodyElseRefusedJustBefore_IsTooLate()
    {
        _store.BeforeVote = () => _store.Request = _store.Request with { State = ApprovalState.Denied, Generation = 2 };

        AssertRefused(ErrorReason.ApprovalLapsed, () => DecideAsync("ann"));
    }

    [Test]
    public void Decide_NothingCanBeOnRecord_NothingIsDecided()
    {
        _audit.IsAvailable = false;

        AssertRefused(ErrorReason.AuditUnavailable, () => DecideAsync("ann"));
        Assert.That((_store.Request.State, _store.Request.Votes.Count), Is.EqualTo((ApprovalState.Pending, 0)));
    }

    [Test]
    public async Task Decide_Recorded_LineIsWrittenAndItsNoteSettled()
    {
        await DecideAsync("ann");

        var line = _audit.Of(AuditEventType.ApprovalDecided).Single();
        Assert.That((line.Actor.Kind, line.Actor.Subject, line.Details["why"], line.Details["decision"]), Is.EqualTo(("human", "ann", "because", "approve")));
        Assert.That(_store.Settled, Is.EqualTo(1));
    }

    private static void AssertRefused(ErrorReason reason, Func<Task> call) =>
        Assert.That(async () => await call(), Throws.TypeOf<RefusedException>().With.Property("Reason").EqualTo(reason));

    private Task<ApprovalRequest> DecideAsync(string principal) => _decisions.DecideAsync(
        new Approver(principal, principal, TenantScope.All), _store.Request.Id.Value, agrees: true, "because", CancellationToken.None);

    private void Group(params string[] approvers) => _catalogue.Replace(new CatalogueSnapshot("v", FrozenDictionary<string, Template>.Empty, FrozenDictionary<string, Target>.Empty, [])
    {
        ApproverGroups = new Dictionary<string, ApproverGroup> { ["owners"] = new ApproverGroup("owners", "payments", approvers) },
    });
}
