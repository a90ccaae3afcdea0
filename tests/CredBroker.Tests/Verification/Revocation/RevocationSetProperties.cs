using CredBroker.Protocol.V1;
using CredBroker.Verification.Revocation;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Verification.Revocation;

/// <summary>Whatever the feed says in whatever order, the set says what <see cref="NaiveRevocations"/> says.</summary>
[Category("Unit")]
internal sealed class RevocationSetProperties
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Names = ["a", "b", "c", "d"];

    // Every set of labels in every second, and every lease beyond the reach of fences.
    private static readonly List<(string Lease, HashSet<string> Labels, DateTimeOffset IssuedAt)> Tokens =
    [
        .. from mask in Enumerable.Range(0, 16)
           from second in Enumerable.Range(0, 5)
           select ("none", Names.Where((_, index) => (mask & (1 << index)) != 0).ToHashSet(), Start.AddSeconds(second)),
        .. Names.Select(lease => (lease, new HashSet<string>(), Start.AddHours(1))),
    ];

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public Property Apply_AnyMessages_AgreesWithTheNaiveRule() => Prop.ForAll(Steps().ListOf().ToArbitrary(), steps =>
    {
        var set = new RevocationSet(new FakeTimeProvider(Start), maxLeases: 100_000);
        var naive = new NaiveRevocations();
        return steps.All(step =>
        {
            Take(step, set, naive);
            return Agree(set, naive);
        });
    });

    private static void Take(WatchRevocationsResponse? message, RevocationSet set, NaiveRevocations naive)
    {
        if (message is null)
        {
            set.AbandonSnapshot();
            naive.Cut();
            return;
        }

        set.Apply(message.Clone());
        naive.Apply(message);
    }

    private static bool Agree(RevocationSet set, NaiveRevocations naive) =>
        set.IsWhole == naive.IsWhole
        && Names.All(name => set.IsWithdrawn(name) == naive.IsWithdrawn(name))
        && Tokens.All(token => set.IsRevoked(token.Lease, token.Labels, token.IssuedAt) == naive.IsRevoked(token.Lease, token.Labels, token.IssuedAt));

    // Null stands for a stream that was cut.
    private static Gen<WatchRevocationsResponse?> Steps() => Gen.Frequency((9, Message().Select(message => (WatchRevocationsResponse?)message)), (1, Gen.Constant<WatchRevocationsResponse?>(null)));

    private static Gen<WatchRevocationsResponse> Message() =>
        from reset in Chance(5)
        from complete in Chance(4)
        from leases in Few(Gen.Elements(Names))
        from fences in Few(Fence())
        from keys in Few(Gen.Elements(Names))
        from quiet in Chance(2)
        select new WatchRevocationsResponse
        {
            Reset = reset,
            SnapshotComplete = complete,
            Revoked = { leases.Select(lease => new RevokedLease { LeaseId = lease, ExpiresAt = Stamp(3_600_000) }) },
            Fences = { fences },
            WithdrawnKeyIds = { quiet ? [] : keys },
        };

    private static Gen<FenceEvent> Fence() =>
        from notBefore in Gen.Choose(0, 5_000)
        from lifted in Chance(4)
        from expressions in Few(Expression())
        from id in Gen.Elements(Names)
        select new FenceEvent { FenceId = id, NotBefore = Stamp(notBefore), Lifted = lifted, Expressions = { expressions } };

    private static Gen<FenceEvent.Types.Expression> Expression() =>
        from labels in Few(Gen.Elements(Names))
        from open in Chance(2)
        from issuedAfter in Gen.Choose(0, 5_000)
        select new FenceEvent.Types.Expression { Labels = { labels }, IssuedAfter = open ? null : Stamp(issuedAfter) };

    private static Gen<bool> Chance(int oneIn) => Gen.Choose(1, oneIn).Select(number => number == 1);

    private static Gen<List<T>> Few<T>(Gen<T> item) => from count in Gen.Choose(0, 2) from items in item.ListOf(count) select items.ToList();

    private static Timestamp Stamp(int milliseconds) => Timestamp.FromDateTimeOffset(Start.AddMilliseconds(milliseconds));
}
