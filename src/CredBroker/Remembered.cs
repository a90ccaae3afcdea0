using System.Collections.Concurrent;

namespace CredBroker;

/// <summary>
/// Remembers what was computed, for things that are asked again and again. Bounded without a clock: two generations, and when
/// the young one is full it takes the place of the old one, whose entries are computed anew when they are asked for.
/// </summary>
/// <param name="capacity">How many results are kept at the most.</param>
/// <param name="compute">Gives the same result for the same key each time; it may be asked twice.</param>
public sealed class Remembered<TKey, TValue>(int capacity, Func<TKey, TValue> compute)
    where TKey : notnull
{
    private readonly int _generation = Math.Max(1, capacity / 2);
    private volatile ConcurrentDictionary<TKey, TValue> _young = new();
    private volatile ConcurrentDictionary<TKey, TValue> _old = new();
    private int _youngCount;

    /// <summary>How many results are kept now.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>The result for a key.</summary>
    public TValue Of(TKey key)
    {
        if (_young.TryGetValue(key, out var value)) return value;
        if (!_old.TryGetValue(key, out value)) value = compute(key);
        Add(key, value);
        return value;
    }

    private void Add(TKey key, TValue value)
    {
        if (!_young.TryAdd(key, value) || Interlocked.Increment(ref _youngCount) < _generation) return;
        // Whoever comes meanwhile may add a few more; the next turn takes them along.
        Interlocked.Exchange(ref _youngCount, 0);
        _old = _young;
        _young = new ConcurrentDictionary<TKey, TValue>();
    }
}
