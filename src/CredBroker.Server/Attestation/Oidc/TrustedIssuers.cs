using System.Collections.Frozen;
using CredBroker.Server.Hosting;
using CredBroker.Server.KeySets;
using CredBroker.Tokens;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.Oidc;

/// <summary>The issuers in the settings. A key of one is never asked about a token of another.</summary>
internal sealed class TrustedIssuers
{
    /// <exception cref="StartRefusedException">An issuer is the broker itself: what it issues would prove what it was issued for.</exception>
    public TrustedIssuers(IOptions<OidcOptions> options, IOptions<TokenOptions> tokens, Keyrings keyrings, TimeProvider time)
    {
        var own = tokens.Value.Issuer.TrimEnd('/');
        if (own.Length > 0 && options.Value.Issuers.Any(issuer => string.Equals(issuer.EffectiveIssuer.TrimEnd('/'), own, StringComparison.OrdinalIgnoreCase)))
            throw new StartRefusedException($"{OidcOptions.SectionName}:{nameof(OidcOptions.Issuers)} names this broker; evidence comes from somebody else.");
        ByName = options.Value.Issuers.ToFrozenDictionary(
            issuer => issuer.EffectiveIssuer, issuer => new TrustedIssuer(issuer, options.Value, keyrings, time), StringComparer.Ordinal);
    }

    /// <summary>Each by its <c>iss</c>, to the letter.</summary>
    public FrozenDictionary<string, TrustedIssuer> ByName { get; }
}
