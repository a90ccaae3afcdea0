using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>An entry of a queue is moved while it is worked on, never removed; the latest claim is the only one that counts.</summary>
public abstract class BacklogConformance(IStoreForm form) : StoreConformance(form)
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(60);

    [Test]
    public async Task Claim_DueEntry_TellsEverythingThatItsBackendNeeds()
    {
        var (lease, _) = await QueueAsync();

        var claim = await Broker.ClaimAsync(lease);

        Assert.That(Text(claim.Lease), Is.EqualTo(Text(lease)));
        Assert.That((claim.Priority, claim.Attempts), Is.EqualTo((RevocationPriority.Incident, 1)));
        Assert.That(claim.At, Is.InRange(lease.IssuedAt, await Store.ReadTimeAsync()));
    }

    [Test]
    public async Task Claim_Taken_NotDueForAnybodyElseUntilItIsVisibleAgain()
    {
        var (lease, backend) = await QueueAsync();
        var first = await Broker.ClaimAsync(lease, visibility: TimeSpan.FromSeconds(1));

        Assert.That(await Broker.TryClaimAsync(lease), Is.Null);
        Assert.That(await Broker.Backlog.ReadDueAsync(backend, 10, None), Is.Empty);
        await UntilAsync(async () => (await Broker.Backlog.ReadDueAsync(backend, 10, None)).Count == 1, "the entry is visible again");

        var second = await Broker.ClaimAsync(lease);
        Assert.That(second.Claim, Is.GreaterThan(first.Claim));
        Assert.That(second.Attempts, Is.EqualTo(2));
        Assert.That(second.At, Is.GreaterThanOrEqualTo(first.At.AddSeconds(1)));
    }

    [Test]
    public async Task Settle_StaleClaim_RefusedWhateverItSays()
    {
        var (lease, _) = await QueueAsync();
        var stale = await Broker.ClaimAsync(lease, visibility: Short);
        await PassAsync(stale.At + Short);
        var current = await Broker.ClaimAsync(lease);

        foreach (var outcome in Enum.GetValues<SettlementOutcome>())
            Assert.That(await Broker.SettleAsync(stale, outcome), Is.Null);

        Assert.That((await Broker.ReadAsync(lease)).State, Is.EqualTo(LeaseState.Revoking));
        Assert.That((await Broker.SettleAsync(current, SettlementOutcome.Revoked))?.State, Is.EqualTo(LeaseState.Revoked));
    }

    [Test]
    public async Task Settle_Noted_TheHandleIsStoredAndTheClaimGoesOn()
    {
        var (lease, backend) = await QueueAsync();
        var claim = await Broker.ClaimAsync(lease);

        var noted = await Broker.Backlog.SettleAsync(claim, new RevocationSettlement(SettlementOutcome.Noted) { Handle = "accessor-1 seen" }, None);

        Assert.That((noted?.State, noted?.BackendHandle), Is.EqualTo((LeaseState.Revoking, "accessor-1 seen")));
        Assert.That(await Broker.Backlog.ReadDueAsync(backend, 10, None), Is.Empty, "it is still being worked on");
        await Broker.Backlog.SettleAsync(claim, new RevocationSettlement(SettlementOutcome.Again) { Handle = "accessor-1 seen" }, None);
        var next = await Broker.ClaimAsync(lease);
        Assert.That((next.Lease.BackendHandle, next.Attempts), Is.EqualTo(("accessor-1 seen", 2)));
    }

    [Test]
    public async Task ListBackends_SomethingWaits_ByItsKeyUntilItIsSettled()
    {
        var task = await Broker.OpenAsync();
        var backend = NewBackend();
        var key = $"{backend}:team/payments:database";
        var leases = new List<Lease>();
        for (var i = 0; i < 2; i++) leases.Add(await Broker.RevokeAsync(await Broker.IssueAsync(task, LeaseDraft.Secret with { Backend = backend, BackendKey = key })));

        Assert.That(await Broker.Backlog.ListBackendsAsync(None), Does.Contain(key).And.Not.Contain(backend));
        Assert.That(await Broker.Backlog.ReadDueAsync(key, 10, None), Has.Count.EqualTo(2));
        await Broker.SettleAsync(await Broker.ClaimAsync(leases[0]), SettlementOutcome.Revoked);
        Assert.That(await Broker.Backlog.ListBackendsAsync(None), Does.Contain(key));
        await Broker.SettleAsync(await Broker.ClaimAsync(leases[1]), SettlementOutcome.Revoked);
        Assert.That(await Broker.Backlog.ListBackendsAsync(None), Does.Not.Contain(key));
    }

    [Test]
    public async Task Settle_Revoked_DeadAndOutOfEveryQueue()
    {
        var (lease, backend) = await QueueAsync();
        var claim = await Broker.ClaimAsync(lease);

        var settled = await Broker.SettleAsync(claim, SettlementOutcome.Revoked);

        Assert.That(settled?.State, Is.EqualTo(LeaseState.Revoked));
        Assert.That(settled?.Generation, Is.EqualTo(lease.Generation + 1));
        Assert.That(settled?.ConfirmedAt, Is.InRange(claim.At, await Store.ReadTimeAsync()));
        Assert.That(settled?.EndedAt, Is.InRange(lease.IssuedAt, claim.At), "when its end was recorded is kept until its confirmation");
        Assert.That(Text(await Broker.ReadAsync(lease)), Is.EqualTo(Text(settled!)));
        Assert.That(await Broker.Backlog.CountAsync([backend], None), Is.EqualTo((0L, 0L)));
        Assert.That(await Broker.TryClaimAsync(lease), Is.Null);
        Assert.That(await Broker.SettleAsync(claim, SettlementOutcome.Again), Is.Null);
    }

    [Test]
    public async Task Settle_Revoked_IsRememberedOnlyForAWhile()
    {
        var (lease, _) = await QueueAsync();
        await Broker.SettleAsync(await Broker.ClaimAsync(lease), SettlementOutcome.Revoked);

        var tombstone = (await Store.ScanAsync()).Single(key => key.Name.EndsWith(lease.Id.Value, StringComparison.Ordinal));

        Assert.That(tombstone.TimeToLive, Is.Not.Null.And.LessThanOrEqualTo(lease.MaxExpiresAt - lease.IssuedAt + Store.Rules.Remember));
    }

    [Test]
    public async Task Settle_Again_DueAfterThePauseAndCounted()
    {
        var (lease, backend) = await QueueAsync();
        var first = await Broker.ClaimAsync(lease);

        await Broker.SettleAsync(first, SettlementOutcome.Again, TimeSpan.FromSeconds(1), "It said 500.");

        Assert.That(await Broker.Backlog.ReadDueAsync(backend, 10, None), Is.Empty);
        await UntilAsync(async () => (await Broker.Backlog.ReadDueAsync(backend, 10, None)).Count == 1, "the entry is due again");
        var second = await Broker.ClaimAsync(lease);
        Assert.That(second.Attempts, Is.EqualTo(2));
        Assert.That(second.At, Is.GreaterThanOrEqualTo(first.At.AddSeconds(1)));
        Assert.That(second.Lease.BackendHandle, Is.EqualTo("accessor-1"));
    }

    [Test]
    public async Task Settle_Uncounted_DoesNotCount()
    {
        var (lease, _) = await QueueAsync();
        for (var i = 0; i < 3; i++)
        {
            var claim = await Broker.ClaimAsync(lease);
            Assert.That(claim.Attempts, Is.EqualTo(1));
            await Broker.SettleAsync(claim, SettlementOutcome.Uncounted);
        }
    }

    [Test]
    public async Task Claim_WrongQueue_Nothing()
    {
        var (lease, _) = await QueueAsync();

        Assert.That(await Broker.TryClaimAsync(lease, RevocationPriority.Expiry), Is.Null);
        Assert.That(await Broker.Backlog.ClaimAsync("vault:none", new QueuedRevocation(lease.Id, RevocationPriority.Incident), Short, None), Is.Null);
        Assert.That(await Broker.TryClaimAsync(lease), Is.Not.Null);
    }

    [Test]
    public async Task Claim_ManyTimesAtOnce_OneWins()
    {
        var (lease, _) = await QueueAsync();

        var claims = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Broker.TryClaimAsync(lease)));

        Assert.That(claims.Count(claim => claim is not null), Is.EqualTo(1));
    }

    [Test]
    public async Task ReadDue_EveryClass_HasItsShareAndTheUrgentComesFirst()
    {
        var backend = NewBackend();
        var task = await Broker.OpenAsync();
        var leases = await Task.WhenAll(Enumerable.Range(0, 80).Select(_ => Broker.IssueAsync(task, LeaseDraft.Secret with { Backend = backend })));
        RevocationPriority[] classes = [RevocationPriority.Orphan, RevocationPriority.Expiry, RevocationPriority.TaskEnd, RevocationPriority.Incident];
        for (var i = 0; i < classes.Length; i++) await Broker.TryRevokeAsync([.. leases.Skip(20 * i).Take(20)], EndReason.Operator, classes[i]);

        var due = await Broker.Backlog.ReadDueAsync(backend, 15, None);

        Assert.That(due.Select(entry => entry.Priority), Is.EqualTo(Enumerable.Repeat(classes[3], 8).Concat(Enumerable.Repeat(classes[2], 4)).Concat(Enumerable.Repeat(classes[1], 2)).Append(classes[0])));
    }

    [Test]
    public async Task ReadDue_OneClassOnly_GetsTheWholeCapacity()
    {
        var backend = NewBackend();
        var task = await Broker.OpenAsync();
        var leases = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Broker.IssueAsync(task, LeaseDraft.Secret with { Backend = backend })));
        await Broker.TryRevokeAsync([.. leases], EndReason.Expired, RevocationPriority.Orphan);

        var due = await Broker.Backlog.ReadDueAsync(backend, 15, None);

        Assert.That(due, Has.Count.EqualTo(15).And.Unique);
        Assert.That(await Broker.Backlog.CountAsync([backend], None), Is.EqualTo((20L, 0L)));
    }

    [Test]
    public async Task ReadDue_FewerPlacesThanClasses_TheMostUrgent()
    {
        var backend = NewBackend();
        var task = await Broker.OpenAsync();
        var orphan = await Broker.RevokeAsync(await Broker.IssueAsync(task, LeaseDraft.Secret with { Backend = backend }), priority: RevocationPriority.Orphan);
        var incident = await Broker.RevokeAsync(await Broker.IssueAsync(task, LeaseDraft.Secret with { Backend = backend }));

        Assert.That((await Broker.Backlog.ReadDueAsync(backend, 1, None)).Single().LeaseId, Is.EqualTo(incident.Id));
        Assert.That((await Broker.Backlog.ReadDueAsync(backend, 5, None)).Select(entry => entry.LeaseId), Is.EqualTo(new[] { incident.Id, orphan.Id }));
    }

    [Test]
    public async Task ReadDue_OtherBackends_AreNotInTheWay()
    {
        var (_, dead) = await QueueAsync();
        var (lease, healthy) = await QueueAsync();

        Assert.That((await Broker.Backlog.ReadDueAsync(healthy, 10, None)).Single().LeaseId, Is.EqualTo(lease.Id));
        Assert.That(await Broker.Backlog.ReadDueAsync(dead, 10, None), Has.Count.EqualTo(1));
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task ReadDue_ClocksAnHourApart_RevocationGoesOn(int hours)
    {
        var (lease, backend) = await QueueAsync();
        Broker.Clock.Offset = TimeSpan.FromHours(hours);

        await UntilAsync(async () => (await Broker.Backlog.ReadDueAsync(backend, 10, None)).Count == 1, "the entry is due");
        var claim = await Broker.ClaimAsync(lease, visibility: TimeSpan.FromMinutes(1));
        Assert.That(await Broker.Backlog.ReadDueAsync(backend, 10, None), Is.Empty);
        Assert.That(await Broker.SettleAsync(claim, SettlementOutcome.Revoked), Is.Not.Null);
    }

    private static string NewBackend() => $"vault:{Guid.NewGuid():N}";

    private async Task<(Lease Lease, string Backend)> QueueAsync()
    {
        var backend = NewBackend();
        var task = await Broker.OpenAsync();
        return (await Broker.RevokeAsync(await Broker.IssueAsync(task, LeaseDraft.Secret with { Backend = backend })), backend);
    }
}
