using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using CredBroker.Server.KeySets;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.SpiffeX509;

/// <summary>The roots of each trust domain. A root of one domain is never asked about an SVID of another.</summary>
internal sealed class TrustDomainRoots(Keyrings keyrings, IOptions<SpiffeX509Options> options)
{
    private readonly FrozenDictionary<string, Keyring> _keyrings = options.Value.TrustDomains.ToFrozenDictionary(
        domain => domain.Name,
        domain => domain.Open(keyrings, new KeyringTerms($"Trust domain {domain.Name} (X.509)", "the bundle of its trust domain", X509BundleReader.Read, options.Value.LastGoodFor)),
        StringComparer.Ordinal);

    public bool TryFind(string trustDomain, [NotNullWhen(true)] out Keyring? keyring) => _keyrings.TryGetValue(trustDomain, out keyring);
}
