using System.Collections.Concurrent;
using CredBroker.Attestation;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>
/// Remembers SVIDs that verified, so that the same one need not be verified again. An entry holds only while the very bundle it was
/// verified with is in force, and never past the SVID's <c>exp</c>. Bounded: two generations, the older of which is dropped whole.
/// Only what verified gets in, so that nobody can fill it with rubbish.
/// </summary>
internal sealed class VerifiedSvids(TimeProvider time, int capacity)
{
    private readonly Lock _turning = new();
    private volatile ConcurrentDictionary<string, Entry> _young = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, Entry> _old = new(StringComparer.Ordinal);

    public int Count => _young.Count + _old.Count;

    public AttestedSubject? Find(string digest)
    {
        if (!_young.TryGetValue(digest, out var entry) && !_old.TryGetValue(digest, out entry)) return null;
        return ReferenceEquals(entry.Bundle, entry.Keyring.Current) && time.GetUtcNow() < entry.Subject.EvidenceExpiry ? entry.Subject : null;
    }

    public void Add(AttestedSubject subject, TrustDomainKeyring keyring, TrustBundle bundle)
    {
        lock (_turning)
        {
            if (_young.Count >= capacity / 2)
            {
                _old = _young;
                _young = new ConcurrentDictionary<string, Entry>(StringComparer.Ordinal);
            }

            _young[subject.EvidenceDigest] = new Entry(subject, keyring, bundle);
        }
    }

    private sealed record Entry(AttestedSubject Subject, TrustDomainKeyring Keyring, TrustBundle Bundle);
}
