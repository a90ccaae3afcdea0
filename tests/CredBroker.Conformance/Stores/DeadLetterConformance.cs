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
    public async Task List_PageByPage_InTheOrderOfIssueWhileOthersAreRevoked()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 99 });
        var leases = new List<Lease>();
        for (var i = 0; i < 7; i++) leases.Add(await DieAsync(task));
        var seen = new List<LeaseId>();
        LeasePosition? after = null;
        for (var isLast = false; !isLast;)
        {
            var page = await Broker.DeadLetters.ListAsync(task.Bucket, after, take: 2, None);
            seen.AddRange(page.Positions.Select(place => place.Id));
            // What has been told already does not move what is to come.
            await Broker.DeadLetters.RetryAsync(await Broker.ReadAsync(leases[0]), None);
            await Broker.TryClaimAsync(leases[0]);
            (after, isLast) = (page.Positions.Count > 0 ? page.Positions[^1] : after, page.IsLast);
        }

        // Those of one millisecond are in the order of their ids.
        Assert.That(seen, Is.EqualTo(leases.OrderBy(lease => lease.IssuedAt).ThenBy(lease => lease.Id.Value, StringComparer.Ordinal).Select(lease => lease.Id)));
        var letters = await Broker.DeadLetters.ReadAsync([leases[3].Id, leases[1].Id, LeaseId.New(task.Bucket, DateTimeOffset.UnixEpoch)], None);
        Assert.That(letters.Select(letter => letter.Lease.Id), Is.EqualTo(new[] { leases[3].Id, leases[1].Id }));
    }

    [Test]
    public async Task Retry_DeadLetter_DueNow()
    {
        var lease = await DieAsync();
        Assert.That(await Broker.TryClaimAsync(lease), Is.Null);

        Assert.That(await Broker.DeadLetters.RetryAsync(await Broker.ReadAsync(lease), None), Is.True);

        Assert.That((await Broker.ClaimAsync(lease)).Attempts, Is.EqualTo(2));
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Retry_ClocksApart_DueNow(int sign)
    {
        var lease = await DieAsync();
        Broker.Clock.Offset = sign * (Store.Rules.ClockBound - TimeSpan.FromSeconds(20));

        await Broker.DeadLetters.RetryAsync(await Broker.ReadAsync(lease), None);

        Assert.That((await Broker.Backlog.ReadDueAsync(_backend, 50, None)).Select(entry => entry.LeaseId), Has.Member(lease.Id));
        Assert.That(await Broker.TryClaimAsync(lease), Is.Not.Null);
    }

    [Test]
    public async Task Settle_DeadLetterIsRevokedAfterAll_NotListedAnyMore()
    {
        var lease = await DieAsync();
        await Broker.DeadLetters.RetryAsync(await Broker.ReadAsync(lease), None);

        var settled = await Broker.SettleAsync(await Broker.ClaimAsync(lease), SettlementOutcome.Revoked);

        Assert.That(settled?.State, Is.EqualTo(LeaseState.Revoked));
        Assert.That(await FindAsync(lease), Is.Null);
        Assert.That(await Broker.TryClaimAsync(lease), Is.Null);
    }

    [Test]
    public async Task Settle_DeadAgain_StillOneDeadLetter()
    {
        var lease = await DieAsync();
        await Broker.DeadLetters.RetryAsync(await Broker.ReadAsync(lease), None);
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

        Assert.That(await Broker.DeadLetters.RetryAsync(active, None), Is.False);
        Assert.That(await Broker.DeadLetters.RetryAsync(revoked, None), Is.False);
    }

    private async Task<Lease> DieAsync(HeldTask? task = null)
    {
        task ??= await Broker.OpenAsync();
        var lease = await Broker.RevokeAsync(await Broker.IssueAsync(task, LeaseDraft.Secret with { Backend = _backend }));
        await Broker.SettleAsync(await Broker.ClaimAsync(lease), SettlementOutcome.Dead, TimeSpan.FromHours(1), "It said \"no\"\nand more.");
        return lease;
    }

    private async Task<DeadLetter?> FindAsync(Lease lease)
    {
        var page = await Broker.DeadLetters.ListAsync(lease.Id.Bucket, after: null, take: 100, None);
        Assert.That(page.IsLast, Is.True);
        return (await Broker.DeadLetters.ReadAsync([.. page.Positions.Select(place => place.Id)], None)).SingleOrDefault(letter => letter.Lease.Id == lease.Id);
    }
}
