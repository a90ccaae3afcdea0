using System.Collections.Concurrent;
using CredBroker.Attestation;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Attestation;

/// <summary>
/// Remembers evidence that verified, so that the same one need not be verified again. An entry holds only while the very key set it
/// was verified with is in force, and never past the evidence's expiry. Bounded: two generations, the older of which is dropped
/// whole. Only what verified gets in, so that nobody can fill it with rubbish; what is good once only must never get in.
/// </summary>
internal sealed class VerifiedEvidence(TimeProvider time, int capacity = VerifiedEvidence.DefaultCapacity)
{
    public const int DefaultCapacity = 8192;

    private readonly Lock _turning = new();
    private volatile ConcurrentDictionary<string, Entry> _young = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, Entry> _old = new(StringComparer.Ordinal);

    public int Count => _young.Count + _old.Count;

    public AttestedSubject? Find(string digest)
    {
        if (!_young.TryGetValue(digest, out var entry) && !_old.TryGetValue(digest, out entry)) return null;
        return ReferenceEquals(entry.Keys, entry.Keyring.Current) && time.GetUtcNow() < entry.Until ? entry.Subject : null;
    }

    /// <param name="subject">What was proved.</param>
    /// <param name="keyring">Whose keys proved it.</param>
    /// <param name="keys">The very keys.</param>
    /// <param name="atMost">How long it is good where something else than keys was asked too; null = until it expires.</param>
    public void Add(AttestedSubject subject, Keyring keyring, KeySet keys, TimeSpan? atMost = null)
    {
        var until = subject.EvidenceExpiry;
        if (atMost is { } limit && time.GetUtcNow() + limit < until) until = time.GetUtcNow() + limit;
        lock (_turning)
        {
            if (_young.Count >= capacity / 2)
            {
                _old = _young;
                _young = new ConcurrentDictionary<string, Entry>(StringComparer.Ordinal);
            }

            _young[subject.EvidenceDigest] = new Entry(subject, keyring, keys, until);
        }
    }

    private sealed record Entry(AttestedSubject Subject, Keyring Keyring, KeySet Keys, DateTimeOffset Until);
}
