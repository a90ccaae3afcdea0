using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>One keyring for each trust domain. A key of one domain is never asked about an SVID of another.</summary>
internal sealed class TrustDomainKeyrings(IOptions<SpiffeJwtOptions> options, TimeProvider time, ILogger<TrustDomainKeyring> logger)
{
    private readonly FrozenDictionary<string, TrustDomainKeyring> _keyrings = options.Value.TrustDomains
        .Select(domain => new TrustDomainKeyring(domain.Name, domain.BundleFile, options.Value.LastGoodFor, time, logger))
        .ToFrozenDictionary(keyring => keyring.Name, StringComparer.Ordinal);

    public IReadOnlyCollection<TrustDomainKeyring> All => _keyrings.Values;

    public bool TryFind(string trustDomain, [NotNullWhen(true)] out TrustDomainKeyring? keyring) => _keyrings.TryGetValue(trustDomain, out keyring);
}
