using CredBroker.Protocol.V1;
using CredBroker.Revocation;
using CredBroker.Testing.Broker;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Api;

[TestFixture, Category("Server")]
internal sealed class RevocationFeedTests : ServerFixture
{
    [Test]
    public async Task Watch_NoCursor_SnapshotThenRevocationsAsTheyCome()
    {
        var opened = await Calls.OpenAsync();
        var before = (await opened.IssueAsync()).Lease;
        var after = (await opened.IssueAsync()).Lease;
        await ReleaseAsync(opened, before.Id);
        await using var watch = Watch();

        var snapshot = await watch.UntilAsync(message => message.SnapshotComplete);
        Assert.That(snapshot[0].Reset, Is.True);
        Assert.That(Dead(snapshot), Does.Contain(before.Id).And.Not.Contain(after.Id));

        await ReleaseAsync(opened, after.Id);
        var live = await watch.UntilAsync(message => message.Revoked.Any(lease => lease.LeaseId == after.Id));

        var told = live[^1].Revoked.Single(lease => lease.LeaseId == after.Id);
        Assert.That(told.ExpiresAt, Is.EqualTo(after.ExpiresAt));
        Assert.That(told.Reason, Is.EqualTo(V1.EndReason.Released));
        Assert.That(live.Any(message => message.Reset), Is.False);
    }

    [Test]
    public async Task Watch_Idle_SaysHowFarItHasRead()
    {
        await using var watch = Watch();
        var first = (await watch.UntilAsync(message => message.SnapshotComplete))[^1];

        var pulse = (await watch.UntilAsync(message => message.AsOf > first.AsOf))[^1];

        Assert.That(pulse.Cursor, Is.Not.Empty);
    }

    [Test]
    public async Task Watch_FromACursor_WhatWasMissedAndNoReset()
    {
        var opened = await Calls.OpenAsync();
        var lease = (await opened.IssueAsync()).Lease.Id;
        string cursor;
        await using (var first = Watch()) cursor = (await first.UntilAsync(message => message.SnapshotComplete))[^1].Cursor;
        await ReleaseAsync(opened, lease);

        await using var resumed = Watch(cursor);
        var messages = await resumed.UntilAsync(message => message.Revoked.Any(dead => dead.LeaseId == lease));

        Assert.That(messages.Any(message => message.Reset), Is.False);
    }

    [Test]
    public async Task Watch_CursorOfAnotherStore_Reset()
    {
        string cursor;
        await using (var first = Watch()) cursor = (await first.UntilAsync(message => message.SnapshotComplete))[^1].Cursor;
        Assert.That(FeedCursor.TryParse(cursor, out var position), Is.True);
        var foreign = new FeedCursor("0123456789abcdef", [.. Enumerable.Range(0, FeedCursor.Positions).Select(i => position![i])]);

        await using var resumed = Watch(foreign.Write());

        Assert.That((await resumed.UntilAsync(message => message.SnapshotComplete))[0].Reset, Is.True);
    }

    [Test]
    public async Task Watch_LeasesOfAnotherAudience_NotTold()
    {
        var opened = await Calls.OpenAsync();
        var foreign = (await opened.IssueAsync("invoices-api")).Lease.Id;
        var own = (await opened.IssueAsync()).Lease.Id;
        await using var watch = Watch();
        var messages = await watch.UntilAsync(message => message.SnapshotComplete);

        await ReleaseAsync(opened, foreign);
        await ReleaseAsync(opened, own);
        messages = [.. messages, .. await watch.UntilAsync(message => message.Revoked.Any(lease => lease.LeaseId == own))];

        Assert.That(Dead(messages), Does.Not.Contain(foreign));
        await using var snapshot = Watch();
        Assert.That(Dead(await snapshot.UntilAsync(message => message.SnapshotComplete)), Does.Contain(own).And.Not.Contain(foreign));
    }

    [Test]
    public async Task Watch_Expired_LeaseThatDiedByItselfIsNotTold()
    {
        var opened = await Calls.OpenAsync();
        await using var watch = Watch();
        await watch.UntilAsync(message => message.SnapshotComplete);
        var expired = (await opened.IssueAsync("orders-brief", TimeSpan.FromSeconds(1))).Lease.Id;
        await opened.UntilLeaseAsync(expired, LeaseState.Revoked);
        var marker = (await opened.IssueAsync()).Lease.Id;
        await ReleaseAsync(opened, marker);

        var messages = await watch.UntilAsync(message => message.Revoked.Any(lease => lease.LeaseId == marker));

        Assert.That(Dead(messages), Does.Not.Contain(expired));
    }

    [Test]
    public async Task Watch_AttestationOver_StreamEndsWell()
    {
        await using var watch = Watch(workload: "service/hasty");

        await watch.ToEndAsync();

        Assert.That(watch.Status.StatusCode, Is.EqualTo(StatusCode.OK));
    }

    [Test]
    public async Task Watch_ByAnAgent_PolicyDenied()
    {
        await using var watch = Watch(workload: BrokerCalls.SomeAgent());

        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", watch.ToEndAsync);
    }

    private Watch Watch(string cursor = "", string workload = "service/orders") => new(Calls.Feed.WatchRevocations(
        new WatchRevocationsRequest { Evidence = Broker.Site.EvidenceOf(workload), Cursor = cursor }));

    private static IEnumerable<string> Dead(IEnumerable<WatchRevocationsResponse> messages) =>
        messages.SelectMany(message => message.Revoked).Select(lease => lease.LeaseId);

    private static async Task ReleaseAsync(OpenedTask opened, string lease) =>
        await opened.Calls.Credentials.ReleaseAsync(new ReleaseRequest { LeaseId = lease }, opened.Auth);
}
