using System.Collections.Concurrent;

namespace CredBroker.Server.Hosting.Connections;

/// <summary>How many of something each of many holds at once. Only who holds one is kept in mind.</summary>
/// <param name="most">How many each may hold; 0 = any number.</param>
internal sealed class Tally(int most)
{
    private readonly ConcurrentDictionary<string, int> _held = new(StringComparer.Ordinal);

    /// <summary>One more; false, and none more, where that would be too many.</summary>
    public bool TryAdd(string key)
    {
        while (true)
        {
            if (!_held.TryGetValue(key, out var held))
            {
                if (_held.TryAdd(key, 1)) return true;
                continue;
            }

            if (most > 0 && held >= most) return false;
            if (_held.TryUpdate(key, held + 1, held)) return true;
        }
    }

    /// <summary>One less.</summary>
    public void Remove(string key)
    {
        while (_held.TryGetValue(key, out var held))
        {
            if (held > 1 ? _held.TryUpdate(key, held - 1, held) : _held.TryRemove(KeyValuePair.Create(key, held))) return;
        }
    }
}
