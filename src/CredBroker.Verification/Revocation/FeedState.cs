namespace CredBroker.Verification.Revocation;

/// <summary>Whether the feed says enough to trust a token.</summary>
public enum FeedState
{
    /// <summary>No whole snapshot is held: not read yet, or more was revoked than may be held.</summary>
    Unread = 0,

    /// <summary>Whole and young enough.</summary>
    Fresh = 1,

    /// <summary>Whole once, but older than <see cref="CredBrokerVerificationOptions.MaxFeedAge"/>.</summary>
    Stale = 2,
}
