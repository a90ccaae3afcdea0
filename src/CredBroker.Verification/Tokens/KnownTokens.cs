using System.Collections.Concurrent;

namespace CredBroker.Verification.Tokens;

/// <summary>
/// Tokens whose signature has been checked, so that it is checked once. Two generations bound it: when the young one is
/// full it becomes the old one and the old one is dropped, which keeps what is in use without a lock or a clock.
/// </summary>
internal sealed class KnownTokens(CredBrokerVerificationOptions options)
{
    private readonly int _generationSize = options.KnownTokens / 2;
    private volatile ConcurrentDictionary<TokenDigest, VerifiedAccessToken> _young = new();
    private volatile ConcurrentDictionary<TokenDigest, VerifiedAccessToken> _old = new();
    private int _youngCount;

    public VerifiedAccessToken? Find(TokenDigest digest)
    {
        if (_young.TryGetValue(digest, out var token)) return token;
        if (!_old.TryGetValue(digest, out token)) return null;
        Add(digest, token);
        return token;
    }

    public void Add(TokenDigest digest, VerifiedAccessToken token)
    {
        if (_generationSize == 0 || !_young.TryAdd(digest, token)) return;
        if (Interlocked.Increment(ref _youngCount) < _generationSize) return;
        Interlocked.Exchange(ref _youngCount, 0);
        _old = _young;
        _young = new ConcurrentDictionary<TokenDigest, VerifiedAccessToken>();
    }
}
