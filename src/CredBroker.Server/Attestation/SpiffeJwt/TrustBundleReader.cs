using CredBroker.Server.Jose;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>
/// Reads a SPIFFE bundle (SPIFFE Trust Domain and Bundle §4): a JWK set in which only <c>use: jwt-svid</c> keys are looked at.
/// Two of one <c>kid</c> are a document that nobody should believe.
/// </summary>
internal static class TrustBundleReader
{
    /// <exception cref="InvalidDataException">It is no bundle; the message says why, for an operator.</exception>
    public static KeySet Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = KeySetReader.Parse(utf8);
        var bundle = document.RootElement;
        var entries = KeySetReader.EntriesOf(bundle).Where(jwk => StrictJson.StringOf(jwk, "use") == "jwt-svid");
        var (sequence, refreshHint) = SpiffeBundle.HeadOf(bundle);
        var keys = KeySetReader.Collect(entries, out var hasTwins);
        if (hasTwins) throw new InvalidDataException("two of its keys have one 'kid'");
        return keys with { Sequence = sequence, RefreshHint = refreshHint };
    }
}
