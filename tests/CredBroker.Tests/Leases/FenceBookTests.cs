using System.Collections;
using CredBroker.Leases;

namespace CredBroker.Tests.Leases;

[TestFixture, Category("Unit")]
public sealed class FenceBookTests
{
    private static readonly Lease Lease = SomeLease.Of("spiffe://acme.test/agent/a");

    [Test]
    public async Task Evaluate_AnotherLoadsFencesMeanwhile_TheEpochIsOfThoseThatWereEvaluated()
    {
        var store = new ScriptedFences();
        var book = new FenceBook(store);
        // Whoever looks through the first set has the second one, with a fence in the way, loaded behind his back.
        store.Next = new FenceSet(1, new WatchedFences(() =>
        {
            store.Next = new FenceSet(2, [FenceOn("payments")]);
            book.ReloadAsync(Lease.Id.Bucket, CancellationToken.None).GetAwaiter().GetResult();
        }));
        await book.ReloadAsync(Lease.Id.Bucket, CancellationToken.None);

        Assert.That(await EvaluateAsync(book), Is.EqualTo(1));
        Assert.That(async () => await EvaluateAsync(book), Throws.TypeOf<RefusedException>().With.Property("Reason").EqualTo(ErrorReason.Fenced));
    }

    [Test]
    public async Task Evaluate_KnownFenceWasLifted_GoesOnWithTheNewEpoch()
    {
        var store = new ScriptedFences { Next = new FenceSet(1, [FenceOn("payments")]) };
        var book = new FenceBook(store);
        await book.ReloadAsync(Lease.Id.Bucket, CancellationToken.None);
        store.Next = new FenceSet(2, []);

        Assert.That(await EvaluateAsync(book), Is.EqualTo(2));
    }

    private static async Task<long> EvaluateAsync(FenceBook book) => await book.EvaluateAsync(Lease.Id, Lease.Terms, CancellationToken.None);

    private static Fence FenceOn(string tenant) => new()
    {
        Id = FenceId.New(DateTimeOffset.UnixEpoch),
        Selectors = [new LeaseSelector { Tenant = tenant }],
        Reason = "a test",
        RaisedBy = "kim",
        RaisedAt = DateTimeOffset.UnixEpoch,
    };

    private sealed class ScriptedFences : IFenceStore
    {
        public FenceSet Next { get; set; } = FenceSet.None;

        public Task<FenceSet> ReadAsync(int bucket, CancellationToken cancellationToken) => Task.FromResult(Next);

        public Task<Fence> RaiseAsync(Fence fence, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> LiftAsync(FenceId id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<Fence>> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class WatchedFences(Action looked) : IReadOnlyList<Fence>
    {
        private static readonly Fence[] Other = [FenceOn("logistics")];

        public int Count => Other.Length;

        public Fence this[int index] => Other[index];

        public IEnumerator<Fence> GetEnumerator()
        {
            looked();
            return ((IEnumerable<Fence>)Other).GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
