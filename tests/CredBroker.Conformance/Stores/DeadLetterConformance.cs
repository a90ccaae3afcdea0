using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>What cannot be revoked is never shown as revoked, and is there for an operator to try again.</summary>
public abstract class DeadLetterConformance(IStoreForm form) : StoreConformance(form)
{
    private readonly string _backend = $"vault:{Guid.NewGuid():N}";

    [Test]
    public async Task Settle_Dead_ListedAsIrrevocable()
    {
        var lease = await DieAsync();

        var letter = await FindAsync(lease);

        Assert.That(letter?.Lease.State, Is.EqualTo(LeaseState.Irrevocable));
        Assert.That(letter?.Lease.Generation, Is.EqualTo(lease.Generation + 1));
        Assert.That(letter?.Attempts, Is.EqualTo(1));
        Assert.That(letter?.LastError, Is.EqualTo("It said \"no\"\nand more."));
        Assert.That(letter?.NextAttemptAt, Is.GreaterThan(await Store.ReadTimeAsync()));
        Assert.That((await Broker.Backlog.CountAsync([_backend], None)).DeadLetters, Is.GreaterThanOrEqualTo(1));
        Assert.That((await Broker.ReadAsync(lease)).ConfirmedAt, Is.Null);
    }

    [Test]
    public async Task Retry_DeadLetter_DueNow()
    {
        var lease = await DieAsync();
        Assert.That(await Broker.TryClaimAsync(lease), Is.Null);

        Assert.That(await Broker.Backlog.RetryAsync(await Broker.ReadAsync(lease), None), Is.True);

        Assert.That((await Broker.ClaimAsync(lease)).Attempts, Is.EqualTo(2));
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Retry_ClocksApart_DueNow(int sign)
    {
        var lease = await DieAsync();
        Broker.Clock.Offset = sign * (Store.Rules.ClockBound - TimeSpan.FromSeconds(20));

        await Broker.Backlog.RetryAsync(await Broker.ReadAsync(lease), None);

        Assert.That((await Broker.Backlog.ReadDueAsync(_backend, 50, None)).Select(entry => entry.LeaseId), Has.Member(lease.Id));
        Assert.That(await Broker.TryClaimAsync(lease), Is.Not.Null);
    }

    [Test]
    public async Task Settle_DeadLetterIsRevokedAfterAll_NotListedAnyMore()
    {
        var lease = await DieAsync();
        await Broker.Backlog.RetryAsync(await Broker.ReadAsync(lease), None);

        var settled = await Broker.SettleAsync(await Broker.ClaimAsync(lease), SettlementOutcome.Revoked);

        Assert.That(settled?.State, Is.EqualTo(LeaseState.Revoked));
        Assert.That(await FindAsync(lease), Is.Null);
        Assert.That(await Broker.TryClaimAsync(lease), Is.Null);
    }

    [Test]
    public async Task Settle_DeadAgain_StillOneDeadLetter()
    {
        var lease = await DieAsync();
        await Broker.Backlog.RetryAsync(await Broker.ReadAsync(lease), None);
        var before = await Broker.ReadAsync(lease);

        await Broker.SettleAsync(await Broker.ClaimAsync(lease), SettlementOutcome.Dead, TimeSpan.FromHours(1), "Still no.");

        var letter = await FindAsync(lease);
        Assert.That((letter?.Attempts, letter?.LastError), Is.EqualTo((2, "Still no.")));
        Assert.That(letter?.Lease.Generation, Is.EqualTo(before.Generation));
    }

    [Test]
    public async Task Revoke_DeadLetter_ChangesNothing()
    {
        var lease = await DieAsync();

        Assert.That(await Broker.TryRevokeAsync([await Broker.ReadAsync(lease)]), Is.Empty);
        Assert.That((await Broker.ReadAsync(lease)).State, Is.EqualTo(LeaseState.Irrevocable));
    }

    [Test]
    public async Task Retry_NoDeadLetter_False()
    {
        var task = await Broker.OpenAsync();
        var active = await Broker.IssueAsync(task, LeaseDraft.Secret with { Backend = _backend });
        var revoked = await Broker.RevokeAsync(await Broker.IssueAsync(task));

        Assert.That(await Broker.Backlog.RetryAsync(active, None), Is.False);
        Assert.That(await Broker.Backlog.RetryAsync(revoked, None), Is.False);
    }

    private async Task<Lease> DieAsync()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.RevokeAsync(await Broker.IssueAsync(task, LeaseDraft.Secret with { Backend = _backend }));
        await Broker.SettleAsync(await Broker.ClaimAsync(lease), SettlementOutcome.Dead, TimeSpan.FromHours(1), "It said \"no\"\nand more.");
        return lease;
    }

    private async Task<DeadLetter?> FindAsync(Lease lease) =>
        (await Broker.Backlog.ListDeadLettersAsync(None)).SingleOrDefault(letter => letter.Lease.Id == lease.Id);
}
