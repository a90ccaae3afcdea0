using CredBroker.Protocol.V1;
using CredBroker.Verification.Revocation;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Verification.Revocation;

[Category("Unit")]
internal sealed class RevocationSetTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly HashSet<string> Labels = ["a", "b", "c"];
    private FakeTimeProvider _time = null!;
    private RevocationSet _set = null!;

    [SetUp]
    public void Begin()
    {
        _time = new FakeTimeProvider(Start);
        _set = new RevocationSet(_time, maxLeases: 10);
    }

    [Test]
    public void Apply_ChangeWithoutSnapshot_BitesButIsNotWhole()
    {
        Assert.That(_set.Apply(Revoke("l1")), Is.EqualTo(FeedApplication.Added));
        Assert.That(IsDead("l1"), Is.True);
        Assert.That(_set.IsWhole, Is.False);
    }

    [Test]
    public void Apply_SnapshotCompleteWithoutReset_IsNotWhole()
    {
        _set.Apply(new WatchRevocationsResponse { SnapshotComplete = true });

        Assert.That(_set.IsWhole, Is.False);
    }

    [Test]
    public void AbandonSnapshot_HalfWay_NothingOfItRemains()
    {
        _set.Apply(Snapshot("l1"));
        _set.Apply(new WatchRevocationsResponse { Reset = true });
        _set.AbandonSnapshot();
        _set.Apply(new WatchRevocationsResponse { SnapshotComplete = true });

        Assert.That(IsDead("l1"), Is.True);
        Assert.That(_set.IsWhole, Is.True);
    }

    [Test]
    public void Apply_InstantOutOfRange_ChangesNothing()
    {
        _set.Apply(Snapshot("l1"));
        var bad = Revoke("l2");
        bad.Revoked.Add(new RevokedLease { LeaseId = "l3", ExpiresAt = new Timestamp { Seconds = long.MaxValue } });

        Assert.That(() => _set.Apply(bad), Throws.InvalidOperationException);
        Assert.That(IsDead("l2"), Is.False);
    }

    [Test]
    public void Apply_LongAfterExpiry_ForgetsLeases()
    {
        _set.Apply(Snapshot("l1"));

        _time.Advance(TimeSpan.FromMinutes(64));
        _set.Apply(new WatchRevocationsResponse());
        var within = _set.LeaseCount;
        _time.Advance(TimeSpan.FromMinutes(2));
        _set.Apply(new WatchRevocationsResponse());

        Assert.That(within, Is.EqualTo(1));
        Assert.That(_set.LeaseCount, Is.Zero);
    }

    [Test]
    public void Apply_FenceOlderThanAnyToken_IsForgotten()
    {
        _set.Apply(Fence(Start, ["a"]));
        _time.Advance(TimeSpan.FromHours(24.2));
        _set.Apply(new WatchRevocationsResponse());

        Assert.That(_set.FenceRuleCount, Is.Zero);
    }

    [Test]
    public void Apply_Overflow_IsNotWholeUntilASnapshotFits()
    {
        _set.Apply(Snapshot("l1"));
        var full = _set.Apply(Revoke([.. Enumerable.Range(0, 20).Select(number => $"m{number}")]));
        var wholeAfter = _set.IsWhole;
        _set.Apply(Snapshot("l2"));

        Assert.That(full, Is.EqualTo(FeedApplication.Full));
        Assert.That(wholeAfter, Is.False);
        Assert.That(_set.IsWhole, Is.True);
    }

    [Test]
    public void IsWithdrawn_AfterReset_StaysWithdrawn()
    {
        _set.Apply(new WatchRevocationsResponse { WithdrawnKeyIds = { "k1" } });
        _set.Apply(Snapshot("l1"));

        Assert.That(_set.IsWithdrawn("k1"), Is.True);
        Assert.That(_set.IsWithdrawn("k2"), Is.False);
    }

    [Test]
    public void Apply_FenceLifted_KillsWhatItKilledAndNoMore()
    {
        _set.Apply(Fence(Start, ["a"]));
        var lifting = new WatchRevocationsResponse();
        lifting.Fences.Add(new FenceEvent { FenceId = "fnc_1", Lifted = true });
        _set.Apply(lifting);

        Assert.That(_set.IsRevoked("l", Labels, Start), Is.True);
        Assert.That(_set.IsRevoked("l", Labels, Start.AddSeconds(1)), Is.False);
    }

    [Test]
    public void IsRevoked_ExpressionWithoutLabels_KillsAll()
    {
        _set.Apply(Fence(Start, []));

        Assert.That(_set.IsRevoked("l", new HashSet<string> { "other" }, Start), Is.True);
    }

    [Test]
    public void IsRevoked_IssuedInTheSecondOfIssuedAfter_IsReached()
    {
        // `iat` is cut to the second, so a token issued 0.2 s after `issued_after` says less than it.
        _set.Apply(Fence(Start.AddMinutes(1), ["a"], issuedAfter: Start.AddSeconds(0.5)));

        Assert.That(_set.IsRevoked("l", Labels, Start), Is.True);
        Assert.That(_set.IsRevoked("l", Labels, Start.AddSeconds(-1)), Is.False);
    }

    [Test]
    public async Task Apply_SnapshotsUnderReaders_NoneEverSeesAnEmptyOrHalfSet()
    {
        _set.Apply(Snapshot("always"));
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var gaps = 0;
            while (!stop.IsCancellationRequested)
                if (!IsDead("always")) gaps++;
            return gaps;
        })).ToList();

        for (var round = 0; round < 2_000; round++)
        {
            _set.Apply(new WatchRevocationsResponse { Reset = true });
            _set.Apply(Revoke("sometimes"));
            var last = Revoke("always");
            last.SnapshotComplete = true;
            _set.Apply(last);
        }

        await stop.CancelAsync();
        Assert.That(await Task.WhenAll(readers), Is.All.Zero);
    }

    private bool IsDead(string lease) => _set.IsRevoked(lease, Labels, Start);

    private static WatchRevocationsResponse Revoke(params string[] leases)
    {
        var message = new WatchRevocationsResponse();
        message.Revoked.AddRange(leases.Select(lease => new RevokedLease { LeaseId = lease, ExpiresAt = Timestamp.FromDateTimeOffset(Start.AddHours(1)) }));
        return message;
    }

    private static WatchRevocationsResponse Snapshot(params string[] leases)
    {
        var message = Revoke(leases);
        message.Reset = message.SnapshotComplete = true;
        return message;
    }

    private static WatchRevocationsResponse Fence(DateTimeOffset notBefore, string[] labels, DateTimeOffset? issuedAfter = null)
    {
        var expression = new FenceEvent.Types.Expression { Labels = { labels } };
        if (issuedAfter is { } after) expression.IssuedAfter = Timestamp.FromDateTimeOffset(after);
        var message = new WatchRevocationsResponse();
        message.Fences.Add(new FenceEvent { FenceId = "fnc_1", NotBefore = Timestamp.FromDateTimeOffset(notBefore), Expressions = { expression } });
        return message;
    }
}
