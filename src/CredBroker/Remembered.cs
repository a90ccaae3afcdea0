namespace CredBroker;

/// <summary>Remembers what was computed, for things that are asked again and again.</summary>
/// <param name="capacity">How many results are kept at the most; what is no longer kept is computed anew.</param>
/// <param name="compute">Gives the same result for the same key each time; it may be asked twice.</param>
public sealed class Remembered<TKey, TValue>(int capacity, Func<TKey, TValue> compute)
    where TKey : notnull
{
    private readonly Generations<TKey, TValue> _kept = new(capacity);

    /// <summary>How many results are kept now.</summary>
    public int Count => _kept.Count;

    /// <summary>The result for a key.</summary>
    public TValue Of(TKey key)
    {
        if (_kept.TryGet(key, out var value)) return value;
        value = compute(key);
        _kept.Add(key, value);
        return value;
    }
}
