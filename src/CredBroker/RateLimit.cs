using System.Collections.Concurrent;

namespace CredBroker;

/// <summary>
/// How often something may happen for each of many: so many a second, and a burst of so many at once (the generic cell rate algorithm).
/// What is kept is bounded, whoever asks and however many: two generations, the older of which is dropped whole, and what is
/// dropped may happen as if it never had.
/// </summary>
public sealed class RateLimit
{
    private const int DefaultCapacity = 64 * 1024;

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _burst;
    private readonly int _capacity;
    private readonly Lock _turning = new();
    private volatile ConcurrentDictionary<string, Cell> _young = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, Cell> _old = new(StringComparer.Ordinal);

    /// <summary>Makes a limit.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="perSecond">How many a second, one at least.</param>
    /// <param name="burst">How many at once, one at least.</param>
    /// <param name="capacity">How many are kept in mind.</param>
    public RateLimit(TimeProvider time, int perSecond, int burst, int capacity = DefaultCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perSecond, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        (_time, _start) = (time, time.GetTimestamp());
        _interval = TimeSpan.FromSeconds(1) / perSecond;
        _burst = _interval * (burst - 1);
        _capacity = capacity;
    }

    /// <summary>How many are kept in mind now.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>Counts one more; null where it may happen, else how long until it may.</summary>
    public TimeSpan? Take(string key)
    {
        var cell = CellOf(key);
        lock (cell)
        {
            // Not the time of day, which may be set back.
            var now = _time.GetElapsedTime(_start);
            var wait = cell.Next - now - _burst;
            if (wait > TimeSpan.Zero) return wait;
            cell.Next = (cell.Next > now ? cell.Next : now) + _interval;
            return null;
        }
    }

    private Cell CellOf(string key)
    {
        if (_young.TryGetValue(key, out var cell)) return cell;
        lock (_turning)
        {
            if (_young.Count >= _capacity / 2)
            {
                _old = _young;
                _young = new ConcurrentDictionary<string, Cell>(StringComparer.Ordinal);
            }

            return _young.GetOrAdd(key, static (key, old) => old.TryRemove(key, out var known) ? known : new Cell(), _old);
        }
    }

    /// <summary>When the next would be due if all came evenly.</summary>
    private sealed class Cell
    {
        public TimeSpan Next { get; set; }
    }
}
