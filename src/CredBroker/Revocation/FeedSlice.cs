namespace CredBroker.Revocation;

/// <summary>What a reader of the revocation log gets.</summary>
/// <param name="Cursor">Where the reader now is.</param>
/// <param name="AsOf">The instant up to which the store has really been read, by the broker's clock.</param>
/// <param name="Events">What is dead, in the order of each bucket.</param>
/// <param name="Fences">Fences that were raised or lifted.</param>
/// <param name="Reset">
/// The position could not be resumed: <paramref name="Events"/> is everything that is revoked and not yet expired, and
/// <paramref name="Fences"/> every fence that can still matter.
/// </param>
public sealed record FeedSlice(
    FeedCursor Cursor, DateTimeOffset AsOf, IReadOnlyList<RevocationEvent> Events, IReadOnlyList<FenceNotice> Fences, bool Reset)
{
    /// <summary>Signing keys that are withdrawn: what they signed is dead. May repeat what was told before; all of them where <see cref="Reset"/>.</summary>
    public IReadOnlyList<string> WithdrawnKeyIds { get; init; } = [];

    /// <summary>Whether it tells of nothing but that time has passed.</summary>
    public bool IsPulse => !Reset && Events.Count == 0 && Fences.Count == 0 && WithdrawnKeyIds.Count == 0;
}
