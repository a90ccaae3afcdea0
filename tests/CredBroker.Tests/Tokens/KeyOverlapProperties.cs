using System.Security.Cryptography;
using System.Text;
using CredBroker.Tokens;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Tokens;

/// <summary>
/// Three replicas with clocks as wrong as they may be read the ring late, restart and rotate at random. Whoever verifies with
/// keys that it read from any of them up to a max-age ago knows every key that signs, and any good token's key is published.
/// </summary>
[TestFixture, Category("Unit")]
public sealed class KeyOverlapProperties
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Duration = TimeSpan.FromHours(30);
    private const int StepsBetweenReads = 5;

    private readonly Dictionary<string, DateTimeOffset> _knownSince = [];
    private readonly Dictionary<string, DateTimeOffset> _signedLast = [];
    private FakeTimeProvider _time = null!;
    private KeyReplica[] _replicas = null!;
    private string _first = "";

    [TestCase(1)]
    [TestCase(2)]
    public async Task Current_AtEveryInstant_WasPublishedByAllForAMaxAge(int seed)
    {
        var random = new Random(seed);
        _time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
        var store = new InMemoryKeyStore(_time);
        using var key = KeyEncryptionKey.Read(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));
        TimeSpan[] skews = [-InMemoryKeyStore.ClockBound, TimeSpan.Zero, InMemoryKeyStore.ClockBound];
        _replicas = [.. skews.Select(skew => new KeyReplica(store, key, _time, skew))];
        foreach (var replica in _replicas) await replica.RefreshAsync();
        _first = _replicas[0].Ring.Current.Id;
        _knownSince.Clear();
        _signedLast.Clear();

        for (var step = 0; step * Step < Duration; step++)
        {
            Observe();
            var who = random.Next(_replicas.Length);
            if (random.Next(500) == 0) await _replicas[who].RotateAsync();
            if (random.Next(500) == 0)
            {
                _replicas[who].Dispose();
                _replicas[who] = new KeyReplica(store, key, _time, skews[who]);
                await _replicas[who].RefreshAsync();
            }

            for (var i = 0; i < _replicas.Length; i++)
                if (step % StepsBetweenReads == i) await _replicas[i].RefreshAsync();
            _time.Advance(Step);
        }

        foreach (var replica in _replicas) replica.Dispose();
        Assert.That(_signedLast, Has.Count.GreaterThan(20), "keys were rotated");
    }

    private void Observe()
    {
        var now = _time.GetUtcNow();
        var published = _replicas.Select(replica => replica.Ids).ToList();
        var common = published.Aggregate<IEnumerable<string>>((all, one) => all.Intersect(one)).ToHashSet();
        foreach (var id in common) _knownSince.TryAdd(id, now);
        foreach (var id in _knownSince.Keys.Except(common).ToList()) _knownSince.Remove(id);
        foreach (var id in _replicas.Select(replica => replica.Ring.Current.Id))
        {
            _signedLast[id] = now;
            if (id == _first) continue;
            if (!_knownSince.TryGetValue(id, out var since) || now - since < JsonWebKeySetDocument.MaxAge)
                Assert.Fail($"At {now:O} {id} signs, known to all only since {since:O}.");
        }

        foreach (var (id, last) in _signedLast)
            if (now - last < RequestLimits.MaxDuration && !common.Contains(id)) Assert.Fail($"At {now:O} tokens of {id} live, and it is not published.");
    }
}
