using System.Collections.Concurrent;

namespace CredBroker.Verification.Proofs;

/// <summary>
/// The proofs that this process has seen, in two generations: once all of the older one have expired it is dropped whole. Where more come
/// than it holds, none is accepted until then, rather than one twice.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="capacity">How many it holds.</param>
public sealed class LocalProofMemory(TimeProvider time, int capacity = LocalProofMemory.DefaultCapacity) : IProofMemory
{
    /// <summary>How many it holds where nothing else is said.</summary>
    public const int DefaultCapacity = 500_000;

    private readonly Lock _turning = new();
    private ConcurrentDictionary<string, byte> _young = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, byte> _old = new(StringComparer.Ordinal);
    private DateTimeOffset _youngUntil = DateTimeOffset.MinValue;
    private DateTimeOffset _oldUntil = DateTimeOffset.MinValue;

    /// <summary>How many it holds now.</summary>
    public int Count
    {
        get
        {
            lock (_turning) return _young.Count + _old.Count;
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryUseAsync(string id, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        lock (_turning)
        {
            if (time.GetUtcNow() >= _oldUntil)
            {
                (_old, _oldUntil) = (_young, _youngUntil);
                (_young, _youngUntil) = (new ConcurrentDictionary<string, byte>(StringComparer.Ordinal), DateTimeOffset.MinValue);
            }

            if (_old.ContainsKey(id) || _young.Count + _old.Count >= capacity || !_young.TryAdd(id, 0)) return ValueTask.FromResult(false);
            if (expiresAt > _youngUntil) _youngUntil = expiresAt;
            return ValueTask.FromResult(true);
        }
    }
}
