using System.Globalization;
using CredBroker.Leases;
using CredBroker.Revocation;

namespace CredBroker.Conformance.Stores;

/// <summary>A reader of the log hears of every dead token once, or is told to start over with everything that matters.</summary>
public abstract class RevocationLogConformance(IStoreForm form) : StoreConformance(form)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    [Test]
    public async Task Read_NoPosition_EverythingThatIsDeadAndNotExpired()
    {
        var task = await Broker.OpenAsync();
        var leases = await IssueManyAsync(task, 5);
        var brief = await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = TimeSpan.FromMilliseconds(60) });
        var alive = await Broker.IssueAsync(task);
        await Broker.TryRevokeAsync([.. leases, brief]);

        var slice = await Broker.ReadLogAsync();

        Assert.That(slice.Reset, Is.True);
        var told = slice.Events.Select(dead => dead.LeaseId).ToList();
        Assert.That(told, Is.Unique.And.SupersetOf(leases.Select(lease => lease.Id)).And.No.Member(alive.Id));
    }

    [Test]
    public async Task Read_FromAPosition_OnlyWhatIsNewAndOnce()
    {
        var task = await Broker.OpenAsync();
        await Broker.TryRevokeAsync(await IssueManyAsync(task, 3));
        var first = await Broker.ReadLogAsync();
        var later = await IssueManyAsync(task, 4);
        await Broker.TryRevokeAsync([.. later]);

        var second = await Broker.ReadLogAsync(first.Cursor);
        var third = await Broker.ReadLogAsync(second.Cursor);

        Assert.That(second.Reset, Is.False);
        Assert.That(second.Events.Select(dead => dead.LeaseId), Is.EqualTo(later.Select(lease => lease.Id)));
        Assert.That(third.IsPulse, Is.True);
    }

    [Test]
    public async Task Read_PositionAsTextAndBack_GoesOn()
    {
        var task = await Broker.OpenAsync();
        await Broker.RevokeAsync(await Broker.IssueAsync(task));
        Assert.That(FeedCursor.TryParse((await Broker.ReadLogAsync()).Cursor.Write(), out var position), Is.True);
        var lease = await Broker.RevokeAsync(await Broker.IssueAsync(task));

        var slice = await Broker.ReadLogAsync(position);

        Assert.That((slice.Reset, slice.Events.Single().LeaseId), Is.EqualTo((false, lease.Id)));
    }

    [Test]
    public async Task Read_ByAnotherBroker_GoesOnFromTheSamePosition()
    {
        await using var other = await Store.ConnectAsync();
        var position = (await Broker.ReadLogAsync()).Cursor;
        var task = await Broker.OpenAsync();
        var lease = await Broker.RevokeAsync(await Broker.IssueAsync(task));

        var slice = await other.ReadLogAsync(position);

        Assert.That((slice.Reset, slice.Events.Single().LeaseId), Is.EqualTo((false, lease.Id)));
    }

    [Test]
    public async Task Read_ManyBuckets_AllOfThem()
    {
        var tasks = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Broker.OpenAsync(new TaskDraft { Bucket = 6 * i })));
        var leases = await Task.WhenAll(tasks.Select(task => Broker.IssueAsync(task)));
        var position = (await Broker.ReadLogAsync()).Cursor;
        foreach (var lease in leases) await Broker.RevokeAsync(lease);

        Assert.That((await Broker.ReadLogAsync(position)).Events.Select(dead => dead.LeaseId), Is.EquivalentTo(leases.Select(lease => lease.Id)));
    }

    [Test]
    public async Task Read_AsOf_IsNotAfterTheRead()
    {
        Broker.Clock.Offset = TimeSpan.FromSeconds(20);
        var before = Broker.Clock.GetUtcNow();

        var slice = await Broker.ReadLogAsync();

        Assert.That(slice.AsOf, Is.InRange(before, Broker.Clock.GetUtcNow()));
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Read_NoPositionAndClocksApart_StillTellsOfEveryTokenThatAVerifierMightAccept(int sign)
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.RevokeAsync(await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = TimeSpan.FromSeconds(20) }));
        Broker.Clock.Offset = sign * (Store.Rules.ClockBound - TimeSpan.FromSeconds(20));

        Assert.That((await Broker.ReadLogAsync()).Events.Select(dead => dead.LeaseId), Has.Member(lease.Id));
    }

    [Test]
    public async Task Read_AsFarBehindAsTheLogIsLong_GoesOn()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 21 });
        var leases = await IssueManyAsync(task, Store.Rules.FeedLength);
        var position = (await Broker.ReadLogAsync()).Cursor;
        await RevokeInBatchesAsync(leases);

        var slice = await Broker.ReadLogAsync(position);

        Assert.That(slice.Reset, Is.False);
        Assert.That(slice.Events.Select(dead => dead.LeaseId), Is.EquivalentTo(leases.Select(lease => lease.Id)));
    }

    [Test]
    public async Task Read_FartherBehindThanTheLogIsLong_StartsOverWithEverything()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 22 });
        var leases = await IssueManyAsync(task, Store.Rules.FeedLength + 1);
        var position = (await Broker.ReadLogAsync()).Cursor;
        await RevokeInBatchesAsync(leases);

        var slice = await Broker.ReadLogAsync(position);

        Assert.That(slice.Reset, Is.True);
        Assert.That(slice.Events.Select(dead => dead.LeaseId), Is.Unique.And.SupersetOf(leases.Select(lease => lease.Id)));
        Assert.That((await Broker.ReadLogAsync(slice.Cursor)).IsPulse, Is.True);
        var log = (await Store.ScanAsync()).Where(key => key.Name.EndsWith("{b16}:feed", StringComparison.Ordinal)).ToList();
        Assert.That(log.Single().Length, Is.EqualTo(Store.Rules.FeedLength));
    }

    [Test]
    public async Task Read_StoreWasEmptied_StartsOver()
    {
        var task = await Broker.OpenAsync();
        await Broker.RevokeAsync(await Broker.IssueAsync(task));
        var position = (await Broker.ReadLogAsync()).Cursor;
        await Store.EmptyAsync();

        var slice = await Broker.ReadLogAsync(position);

        Assert.That((slice.Reset, slice.Events.Count), Is.EqualTo((true, 0)));
        Assert.That(slice.Cursor.Epoch, Is.Not.EqualTo(position.Epoch));
    }

    [Test]
    public async Task Read_PositionOfAnotherStore_StartsOver()
    {
        var foreign = new FeedCursor("another", new long[FeedCursor.Positions]);

        Assert.That((await Broker.ReadLogAsync(foreign)).Reset, Is.True);
    }

    [Test]
    public async Task Read_StoreLostWhatItHadSaid_StartsOver()
    {
        var task = await Broker.OpenAsync();
        await Broker.TryRevokeAsync([.. await IssueManyAsync(task, 4)]);
        var position = (await Broker.ReadLogAsync()).Cursor;
        await Store.Mishaps.LoseLatestRevocationsAsync(task.Bucket, 2);

        Assert.That((await Broker.ReadLogAsync(position)).Reset, Is.True);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Read_StoreLostWhatItHadSaidAndWentOn_NothingIsMissed(int more)
    {
        var task = await Broker.OpenAsync();
        await Broker.TryRevokeAsync([.. await IssueManyAsync(task, 4)]);
        var position = (await Broker.ReadLogAsync()).Cursor;
        await Store.Mishaps.LoseLatestRevocationsAsync(task.Bucket, 2);
        var later = await IssueManyAsync(task, more);
        await Broker.TryRevokeAsync([.. later]);

        var slice = await Broker.ReadLogAsync(position);

        Assert.That(slice.Events.Select(dead => dead.LeaseId), Is.SupersetOf(later.Select(lease => lease.Id)));
        Assert.That(slice.Reset, Is.True);
    }

    [Test]
    public async Task Read_WhileOthersRevoke_EveryTokenOnce()
    {
        var tasks = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Broker.OpenAsync(new TaskDraft { Bucket = 30 + i })));
        var leases = (await Task.WhenAll(tasks.Select(task => IssueManyAsync(task, 60)))).SelectMany(batch => batch).ToList();
        var position = (await Broker.ReadLogAsync()).Cursor;
        var told = new List<LeaseId>();

        var revoking = Task.WhenAll(leases.Select(lease => Broker.TryRevokeAsync([lease])));
        while (told.Count < leases.Count)
        {
            var finished = revoking.IsCompleted;
            var slice = await Broker.ReadLogAsync(position);
            Assert.That(slice.Reset, Is.False);
            told.AddRange(slice.Events.Select(dead => dead.LeaseId));
            position = slice.Cursor;
            if (finished) break;
        }

        await revoking;
        Assert.That(told, Is.EquivalentTo(leases.Select(lease => lease.Id)));
    }

    [Test]
    public async Task Revoke_ManyOldRevocations_TakenAwayAFewAtATime()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 77 });
        await Store.Mishaps.LeaveOldRevocationsAsync(task.Bucket, 1_000);

        await Broker.RevokeAsync(await Broker.IssueAsync(task));
        Assert.That(await CountRevokedAsync(task.Bucket), Is.InRange(900, 1_000), "no script may take long");

        await RevokeInBatchesAsync(await IssueManyAsync(task, 300));
        Assert.That(await CountRevokedAsync(task.Bucket), Is.EqualTo(301), "they go faster than others come");
    }

    [Test]
    public async Task Wait_SomebodyRevokes_Wakes()
    {
        await using var other = await Store.ConnectAsync();
        var task = await Broker.OpenAsync();
        var leases = await IssueManyAsync(task, 40);
        await other.Log.WaitAsync(TimeSpan.FromMilliseconds(1), None);
        var start = TimeProvider.System.GetTimestamp();

        var woken = other.Log.WaitAsync(TimeSpan.FromMinutes(1), None);
        foreach (var lease in leases)
        {
            await Broker.RevokeAsync(lease);
            if (woken.IsCompleted) break;
        }

        await woken.WaitAsync(Bound, TimeProvider.System);
        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(Bound));
    }

    [Test]
    public async Task Wait_NothingHappens_ReturnsAfterItsLimit()
    {
        await using var other = await Store.ConnectAsync();

        await other.Log.WaitAsync(TimeSpan.FromMilliseconds(30), None).WaitAsync(Bound, TimeProvider.System);
        await other.Log.WaitAsync(TimeSpan.FromMilliseconds(30), None).WaitAsync(Bound, TimeProvider.System);
    }

    private async Task<long?> CountRevokedAsync(int bucket) =>
        (await Store.ScanAsync()).Single(key => key.Name == string.Create(CultureInfo.InvariantCulture, $"cb:{{b{bucket:x2}}}:rv")).Length;

    private async Task<IReadOnlyList<Lease>> IssueManyAsync(HeldTask task, int count)
    {
        var leases = new List<Lease>(count);
        foreach (var chunk in Enumerable.Range(0, count).Chunk(100)) leases.AddRange(await Task.WhenAll(chunk.Select(_ => Broker.IssueAsync(task))));
        return leases;
    }

    private async Task RevokeInBatchesAsync(IReadOnlyList<Lease> leases)
    {
        foreach (var chunk in leases.Chunk(RevokeRequest.MaxLeases)) await Broker.TryRevokeAsync(chunk);
    }
}
