using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using CredBroker.Server.KeySets;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>One keyring for each trust domain. A key of one domain is never asked about an SVID of another.</summary>
internal sealed partial class TrustDomainKeyrings
{
    private readonly FrozenDictionary<string, Keyring> _keyrings;

    public TrustDomainKeyrings(Keyrings keyrings, IOptions<SpiffeJwtOptions> options, ILogger<TrustDomainKeyrings> logger)
    {
        _keyrings = options.Value.TrustDomains.ToFrozenDictionary(
            domain => domain.Name,
            domain => domain.Open(keyrings, new KeyringTerms($"Trust domain {domain.Name}", "the bundle of its trust domain", TrustBundleReader.Read, options.Value.LastGoodFor)),
            StringComparer.Ordinal);
        if (_keyrings.Count == 0) LogNobody(logger);
    }

    public bool TryFind(string trustDomain, [NotNullWhen(true)] out Keyring? keyring) => _keyrings.TryGetValue(trustDomain, out keyring);

    [LoggerMessage(Level = LogLevel.Information, Message = "Attestation:SpiffeJwt names no trust domain: no JWT-SVID will be accepted.")]
    private static partial void LogNobody(ILogger logger);
}
