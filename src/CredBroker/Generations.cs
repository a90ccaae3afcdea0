using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace CredBroker;

/// <summary>
/// Keeps what was lately used. Bounded without a clock: two generations, and when the young one is full it takes the place of
/// the old one, whose entries are then gone.
/// </summary>
/// <param name="capacity">How many entries are kept at the most.</param>
public sealed class Generations<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly int _generation = Math.Max(1, capacity / 2);
    private volatile ConcurrentDictionary<TKey, TValue> _young = new();
    private volatile ConcurrentDictionary<TKey, TValue> _old = new();
    private int _youngCount;

    /// <summary>How many entries are kept now.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>The entry of a key, where it is still kept; it counts as used.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_young.TryGetValue(key, out value)) return true;
        if (!_old.TryGetValue(key, out value)) return false;
        Add(key, value);
        return true;
    }

    /// <summary>Keeps an entry. One that is kept already stays as it is.</summary>
    public void Add(TKey key, TValue value)
    {
        if (!_young.TryAdd(key, value) || Interlocked.Increment(ref _youngCount) < _generation) return;
        // Whoever comes meanwhile may add a few more; the next turn takes them along.
        Interlocked.Exchange(ref _youngCount, 0);
        _old = _young;
        _young = new ConcurrentDictionary<TKey, TValue>();
    }
}
