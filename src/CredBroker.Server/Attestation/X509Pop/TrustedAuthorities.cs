using CredBroker.Server.KeySets;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.X509Pop;

/// <summary>The authorities in the settings, each with its roots.</summary>
internal sealed class TrustedAuthorities(Keyrings keyrings, IOptions<X509PopOptions> options)
{
    /// <summary>Every one of them.</summary>
    public IReadOnlyList<(string Name, Keyring Roots)> All { get; } =
    [
        .. options.Value.Authorities.Select(authority => (
            authority.Name,
            keyrings.Open(new KeyringTerms($"Authority {authority.Name}", "the file of an authority's roots", PemRootsReader.Read, options.Value.LastGoodFor), new KeyFile(authority.RootsFile)))),
    ];
}
