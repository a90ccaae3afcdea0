using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>A task never holds more live leases of a template than its limit, and a place is free only once a lease's end is confirmed.</summary>
public abstract class TaskQuotaConformance(IStoreForm form) : StoreConformance(form)
{
    private static readonly LeaseDraft Two = LeaseDraft.Token with { PerTask = 2 };

    [Test]
    public async Task Begin_LimitReached_Refused()
    {
        var task = await Broker.OpenAsync();
        await Broker.BeginAsync(task, Two);
        await Broker.BeginAsync(task, Two);

        AssertRefused(await Broker.TryBeginAsync(task, Two), ErrorReason.QuotaExceeded);
    }

    [Test]
    public async Task Begin_OtherTemplateOrTask_HasItsOwnLimit()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 4 });
        await Broker.BeginAsync(task, Two);
        await Broker.BeginAsync(task, Two);

        Assert.That(await Broker.TryBeginAsync(task, Two with { Template = "other" }), Is.TypeOf<BeginOutcome.Begun>());
        Assert.That(await Broker.TryBeginAsync(await Broker.OpenAsync(new TaskDraft { Bucket = 4 }), Two), Is.TypeOf<BeginOutcome.Begun>());
    }

    [Test]
    public async Task Begin_AfterATokenWasRevoked_HasItsPlace()
    {
        var task = await Broker.OpenAsync();
        var first = await Broker.BeginAsync(task, Two);
        await Broker.BeginAsync(task, Two);
        await Broker.RevokeAsync(first);
        await Broker.TryRevokeAsync([first]);

        Assert.That(await Broker.TryBeginAsync(task, Two), Is.TypeOf<BeginOutcome.Begun>());
        AssertRefused(await Broker.TryBeginAsync(task, Two), ErrorReason.QuotaExceeded);
    }

    [Test]
    public async Task Begin_TokenExpiredAndItsEndWasRecorded_HasItsPlace()
    {
        var task = await Broker.OpenAsync();
        var one = Two with { PerTask = 1, Ttl = TimeSpan.FromMilliseconds(40) };
        var first = await Broker.BeginAsync(task, one);
        await PassAsync(first.ExpiresAt);
        await Broker.TryRevokeAsync([first], EndReason.Expired, RevocationPriority.Expiry, onlyIfDue: true);

        Assert.That(await Broker.TryBeginAsync(task, one), Is.TypeOf<BeginOutcome.Begun>());
    }

    [Test]
    public async Task Begin_SecretRevokedButNotConfirmed_ItsPlaceIsTaken()
    {
        var task = await Broker.OpenAsync();
        var one = LeaseDraft.Secret with { PerTask = 1 };
        var first = await Broker.IssueAsync(task, one);
        await Broker.RevokeAsync(first);

        AssertRefused(await Broker.TryBeginAsync(task, one), ErrorReason.QuotaExceeded);

        var claim = await Broker.ClaimAsync(first);
        await Broker.SettleAsync(claim, SettlementOutcome.Revoked);
        await Broker.SettleAsync(claim, SettlementOutcome.Revoked);
        Assert.That(await Broker.TryBeginAsync(task, one), Is.TypeOf<BeginOutcome.Begun>());
        AssertRefused(await Broker.TryBeginAsync(task, one), ErrorReason.QuotaExceeded);
    }

    [Test]
    public async Task Begin_ManyAtOnce_NeverMoreThanTheLimit()
    {
        var task = await Broker.OpenAsync();
        var five = LeaseDraft.Token with { PerTask = 5 };

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Broker.TryBeginAsync(task, five)));

        Assert.That(outcomes.OfType<BeginOutcome.Begun>().Count(), Is.EqualTo(5));
        Assert.That(outcomes.Where(outcome => outcome is not BeginOutcome.Begun), Is.All.EqualTo(new BeginOutcome.Refused(ErrorReason.QuotaExceeded)));
    }
}
