namespace CredBroker.Tests;

[TestFixture, Category("Unit")]
public sealed class BucketMergeTests
{
    private static readonly Random Dice = new(4711);

    [TestCase(1, 1)]
    [TestCase(3, 7)]
    [TestCase(128, 10)]
    [TestCase(128, 1000)]
    public async Task Read_PageByPage_EverythingOnceAndInOrder(int buckets, int take)
    {
        var shelf = new Shelf(buckets, count: 2_000);

        var read = await shelf.ReadAllAsync(take, wanted: _ => true);

        Assert.That(read, Is.EqualTo(shelf.Sorted));
    }

    [Test]
    public async Task Read_FewWanted_AllOfThemInOrder()
    {
        var shelf = new Shelf(buckets: 128, count: 5_000);

        var read = await shelf.ReadAllAsync(take: 20, wanted: value => value % 97 == 0);

        Assert.That(read, Is.EqualTo(shelf.Sorted.Where(value => value % 97 == 0)));
    }

    [Test]
    public async Task Read_NothingWantedAmongMany_EndsEarlyAndCanGoOn()
    {
        var shelf = new Shelf(buckets: 16, count: 60_000);

        var (items, next) = await shelf.MergeOf(_ => false).ReadAsync(shelf.Buckets, after: null, take: 1000);

        Assert.Multiple(() =>
        {
            Assert.That(items, Is.Empty);
            Assert.That(next, Is.Not.Null);
        });
    }

    [TestCase(1)]
    [TestCase(128)]
    public async Task Read_NothingWantedAndASmallPage_FewCallsAllTheSame(int buckets)
    {
        var shelf = new Shelf(buckets, count: 60_000);

        await shelf.MergeOf(_ => false).ReadAsync(shelf.Buckets, after: null, take: 1);

        Assert.That(shelf.Reads, Is.LessThan(100));
        Assert.That(shelf.Lists, Is.LessThan(100 * buckets));
    }

    [Test]
    public async Task Read_AllInOneBucket_EverythingOnce()
    {
        var shelf = new Shelf(buckets: 128, count: 0);
        for (var value = 0; value < 500; value++) shelf.Put(5, value);

        Assert.That(await shelf.ReadAllAsync(take: 100, wanted: _ => true), Is.EqualTo(shelf.Sorted));
    }

    [Test]
    public async Task Read_SomeLeaveBetweenPages_NoneOfTheOthersIsMissedOrRepeated()
    {
        var shelf = new Shelf(buckets: 32, count: 2_000);
        var stay = shelf.Sorted.Where(value => value % 2 == 0).ToList();

        var read = await shelf.ReadAllAsync(take: 50, wanted: _ => true, betweenPages: () => shelf.RemoveSome(value => value % 2 == 1, 100));

        Assert.Multiple(() =>
        {
            Assert.That(read, Is.Ordered.And.Unique);
            Assert.That(read.Where(value => value % 2 == 0), Is.EqualTo(stay));
        });
    }

    [Test]
    public async Task Read_ExactlyOnePage_SaysThatItIsTheLast()
    {
        var shelf = new Shelf(buckets: 8, count: 40);

        var (items, next) = await shelf.MergeOf(_ => true).ReadAsync(shelf.Buckets, after: null, take: 40);

        Assert.Multiple(() =>
        {
            Assert.That(items, Has.Count.EqualTo(40));
            Assert.That(next, Is.Null);
        });
    }

    private sealed record Place(int Value);

    /// <summary>Numbers in buckets.</summary>
    private sealed class Shelf
    {
        private static readonly IComparer<Place> Order = Comparer<Place>.Create((a, b) => a.Value.CompareTo(b.Value));
        private readonly SortedSet<int>[] _buckets;

        public Shelf(int buckets, int count)
        {
            _buckets = [.. Enumerable.Range(0, buckets).Select(_ => new SortedSet<int>())];
            for (var value = 0; value < count; value++) Put(Dice.Next(buckets), value);
        }

        public int Lists { get; private set; }

        public int Reads { get; private set; }

        public int[] Buckets => [.. Enumerable.Range(0, _buckets.Length)];

        public IReadOnlyList<int> Sorted => [.. _buckets.SelectMany(bucket => bucket).Order()];

        public void Put(int bucket, int value) => _buckets[bucket].Add(value);

        public void RemoveSome(Func<int, bool> which, int count)
        {
            foreach (var value in Sorted.Where(which).Take(count))
                foreach (var bucket in _buckets) bucket.Remove(value);
        }

        public BucketMerge<Place, int> MergeOf(Func<int, bool> wanted) => new(
            Order,
            (bucket, after, take) =>
            {
                Lists++;
                var rest = _buckets[bucket].Where(value => after is null || value > after.Value).Take(take + 1).Select(value => new Place(value)).ToList();
                return Task.FromResult(rest.Count > take ? new BucketPage<Place>(rest[..take], IsLast: false) : new BucketPage<Place>(rest, IsLast: true));
            },
            places =>
            {
                Reads++;
                return Task.FromResult<IReadOnlyList<(Place, int)>>([.. places.Where(place => wanted(place.Value)).Select(place => (place, place.Value))]);
            });

        public async Task<IReadOnlyList<int>> ReadAllAsync(int take, Func<int, bool> wanted, Action? betweenPages = null)
        {
            var all = new List<int>();
            Place? after = null;
            do
            {
                var (items, next) = await MergeOf(wanted).ReadAsync(Buckets, after, take);
                Assert.That(items, Has.Count.LessThanOrEqualTo(take));
                all.AddRange(items);
                after = next;
                betweenPages?.Invoke();
            }
            while (after is not null);
            return all;
        }
    }
}
