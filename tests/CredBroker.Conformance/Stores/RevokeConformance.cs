using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>The one way in to revocation: what the broker minted is dead with it, what another system made is queued.</summary>
public abstract class RevokeConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task Revoke_Token_DeadAndTold()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);
        var position = (await Broker.ReadLogAsync()).Cursor;

        var revoked = await Broker.RevokeAsync(lease, EndReason.Released);

        Assert.That(revoked.State, Is.EqualTo(LeaseState.Revoked));
        Assert.That(revoked.EndReason, Is.EqualTo(EndReason.Released));
        Assert.That(revoked.Generation, Is.EqualTo(lease.Generation + 1));
        Assert.That(revoked.ConfirmedAt, Is.InRange(lease.IssuedAt, await Store.ReadTimeAsync()));
        Assert.That(Text(await Broker.ReadAsync(lease)), Is.EqualTo(Text(revoked)));
        var told = (await Broker.ReadLogAsync(position)).Events.Single();
        Assert.That((told.LeaseId, told.ExpiresAt, told.Reason), Is.EqualTo((lease.Id, lease.ExpiresAt, EndReason.Released)));
        Assert.That(told.AudienceHash, Is.EqualTo(LeaseLabel.Of("audience", lease.Terms.Audience!)));
    }

    [Test]
    public async Task Revoke_Again_ChangesNothingAndIsNotToldAgain()
    {
        var task = await Broker.OpenAsync();
        var revoked = await Broker.RevokeAsync(await Broker.IssueAsync(task), EndReason.Released);
        var position = (await Broker.ReadLogAsync()).Cursor;

        Assert.That(await Broker.TryRevokeAsync([revoked], EndReason.Operator), Is.Empty);
        Assert.That(Text(await Broker.ReadAsync(revoked)), Is.EqualTo(Text(revoked)));
        Assert.That((await Broker.ReadLogAsync(position)).Events, Is.Empty);
    }

    [Test]
    public async Task Revoke_SameLeaseTwiceInOneCall_ChangesOnce()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);
        var position = (await Broker.ReadLogAsync()).Cursor;

        Assert.That(await Broker.TryRevokeAsync([lease, lease]), Has.Count.EqualTo(1));
        Assert.That((await Broker.ReadLogAsync(position)).Events, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Revoke_RenewedToken_IsToldUntilItsLastEnd()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);
        var renewed = (RenewOutcome.Renewed)await Broker.TryRenewAsync(task, lease, TimeSpan.FromMinutes(20));
        var position = (await Broker.ReadLogAsync()).Cursor;

        // As it was read before somebody renewed it.
        Assert.That(await Broker.TryRevokeAsync([lease]), Has.Count.EqualTo(1));

        Assert.That((await Broker.ReadLogAsync(position)).Events.Single().ExpiresAt, Is.EqualTo(renewed.Lease.ExpiresAt));
    }

    [Test]
    public async Task Revoke_ExpiredToken_IsNotTold()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = TimeSpan.FromMilliseconds(40) });
        var position = (await Broker.ReadLogAsync()).Cursor;
        await PassAsync(lease.ExpiresAt);

        Assert.That((await Broker.RevokeAsync(lease, EndReason.Expired)).State, Is.EqualTo(LeaseState.Revoked));
        Assert.That((await Broker.ReadLogAsync(position)).Events, Is.Empty);
    }

    [Test]
    public async Task Revoke_Secret_QueuedUntilItsBackendConfirms()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task, LeaseDraft.Secret);
        var position = (await Broker.ReadLogAsync()).Cursor;

        var revoked = await Broker.RevokeAsync(lease);

        Assert.That(revoked.State, Is.EqualTo(LeaseState.Revoking));
        Assert.That(revoked.ConfirmedAt, Is.Null);
        Assert.That(revoked.BackendHandle, Is.EqualTo("accessor-1"));
        Assert.That(await Broker.Backlog.ReadDueAsync(LeaseDraft.OtherSystem, 50, None), Has.Member(new QueuedRevocation(lease.Id, RevocationPriority.Incident)));
        Assert.That((await Broker.ReadLogAsync(position)).Events, Is.Empty);
    }

    [Test]
    public async Task Revoke_ManyOfOneBucket_AllThatWereLive()
    {
        var task = await Broker.OpenAsync();
        var leases = await Task.WhenAll(Enumerable.Range(0, RevokeRequest.MaxLeases).Select(i => Broker.BeginAsync(task, i % 3 == 0 ? LeaseDraft.Secret : LeaseDraft.Token)));
        await Broker.TryRevokeAsync([.. leases.Take(10)]);
        var unknown = leases[20] with { Id = LeaseId.New(task.Bucket, leases[20].IssuedAt) };

        var changed = await Broker.TryRevokeAsync([.. leases.Take(20), unknown, .. leases.Skip(21)]);

        Assert.That(changed.Select(lease => lease.Id), Is.EqualTo(leases.Skip(10).Take(10).Concat(leases.Skip(21)).Select(lease => lease.Id)));
        Assert.That((await Broker.ReadAsync(leases[20])).EndReason, Is.EqualTo(EndReason.None));
    }

    [Test]
    public async Task Revoke_MoreThanOneScriptMayTake_Refused()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);

        Assert.That(
            async () => await Broker.TryRevokeAsync([.. Enumerable.Repeat(lease, RevokeRequest.MaxLeases + 1)]),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task RevokeIfDue_NotDue_ChangesNothing()
    {
        var task = await Broker.OpenAsync();
        var leases = new[] { await Broker.IssueAsync(task), await Broker.IssueAsync(task, LeaseDraft.Secret), await Broker.BeginAsync(task, LeaseDraft.Secret) };

        Assert.That(await Broker.TryRevokeAsync(leases, EndReason.Expired, RevocationPriority.Expiry, onlyIfDue: true), Is.Empty);
        foreach (var lease in leases) Assert.That(Text(await Broker.ReadAsync(lease)), Is.EqualTo(Text(lease)));
    }

    [Test]
    public async Task RevokeIfDue_Due_Changes()
    {
        var task = await Broker.OpenAsync();
        var soon = TimeSpan.FromMilliseconds(60);
        var token = await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = soon });
        var secret = await Broker.IssueAsync(task, LeaseDraft.Secret with { Ttl = TimeSpan.FromSeconds(1) });
        await PassAsync(secret.ExpiresAt);

        var changed = await Broker.TryRevokeAsync([token, secret], EndReason.Expired, RevocationPriority.Expiry, onlyIfDue: true);

        Assert.That(changed.Select(lease => lease.State), Is.EqualTo(new[] { LeaseState.Revoked, LeaseState.Revoking }));
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Revoke_ClocksAnHourApart_NothingExpiresAndRevocationGoesOn(int hours)
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = TimeSpan.FromMilliseconds(40) });
        await PassAsync(lease.ExpiresAt);
        Broker.Clock.Offset = TimeSpan.FromHours(hours);

        Assert.That(await Broker.TryRevokeAsync([lease], EndReason.Expired, RevocationPriority.Expiry, onlyIfDue: true), Is.Empty);
        Assert.That(await Broker.TryRevokeAsync([lease]), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Revoke_ManyTimesAtOnce_ChangesOnce()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);
        var position = (await Broker.ReadLogAsync()).Cursor;

        var changes = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Broker.TryRevokeAsync([lease])));

        Assert.That(changes.Sum(changed => changed.Count), Is.EqualTo(1));
        Assert.That((await Broker.ReadLogAsync(position)).Events, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Revoke_Token_IsRememberedOnlyForAWhile()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.RevokeAsync(await Broker.IssueAsync(task));

        var tombstone = (await Store.ScanAsync()).Single(key => key.Name.EndsWith(lease.Id.Value, StringComparison.Ordinal));

        var longest = lease.MaxExpiresAt - lease.IssuedAt + Store.Rules.Remember;
        Assert.That(tombstone.TimeToLive, Is.InRange(longest - TimeSpan.FromSeconds(30), longest));
    }
}
