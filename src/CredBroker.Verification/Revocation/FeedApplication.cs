namespace CredBroker.Verification.Revocation;

/// <summary>What a message of the feed did to a <see cref="RevocationSet"/>.</summary>
public enum FeedApplication
{
    /// <summary>It is part of a snapshot that is not whole yet; nothing changed and its cursor must not be kept.</summary>
    Staged = 0,

    /// <summary>It was added.</summary>
    Added = 1,

    /// <summary>A whole snapshot took the place of everything before.</summary>
    Replaced = 2,

    /// <summary>There was no room. The set is not whole any more; begin again with a snapshot.</summary>
    Full = 3,
}
