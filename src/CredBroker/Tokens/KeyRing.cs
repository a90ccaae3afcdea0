namespace CredBroker.Tokens;

/// <summary>The signing keys that all replicas share, as they stand at one version.</summary>
/// <param name="Version">Grows by one with each change.</param>
/// <param name="Keys">In the order in which they sign; one at least has its private half.</param>
/// <param name="Withdrawn">Keys that were dropped not long ago.</param>
public sealed record KeyRing(long Version, IReadOnlyList<RingKey> Keys, IReadOnlyList<WithdrawnKey> Withdrawn)
{
    /// <summary>Where in <see cref="Keys"/> the key is that signs at an instant.</summary>
    public int SignerAt(DateTimeOffset now)
    {
        var signer = -1;
        // A clock that is behind may know of no key whose time has come: the first one that can sign does.
        for (var i = 0; i < Keys.Count; i++)
            if (Keys[i].Private is not null && (signer < 0 || Keys[i].SignsFrom <= now)) signer = i;
        return signer >= 0 ? signer : throw new InvalidOperationException("The ring holds no key that can sign.");
    }
}
