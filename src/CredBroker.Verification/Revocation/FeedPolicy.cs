namespace CredBroker.Verification.Revocation;

/// <summary>What to do with a good token while it cannot be told whether it has been revoked.</summary>
public enum FeedPolicy
{
    /// <summary>Answer 503 with <c>Retry-After</c>. The default.</summary>
    Refuse = 0,

    /// <summary>Let it pass; it is counted as <c>accepted_unchecked</c>, and the log says that the feed is lost.</summary>
    Accept = 1,
}
