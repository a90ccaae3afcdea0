using CredBroker.Server.KeySets;

namespace CredBroker.Server.Access;

/// <summary>An OpenID Connect issuer whose tokens prove operators.</summary>
public sealed class OperatorIssuerOptions
{
    /// <summary><c>iss</c>, to the letter. Where <see cref="JwksUri"/> is not set, its discovery document is read below it.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>What <c>aud</c> must hold, to the letter.</summary>
    public string Audience { get; set; } = "";

    /// <summary>Where its keys are; not set = as its discovery document says (OpenID Connect Discovery 1.0 section 4).</summary>
    public string? JwksUri { get; set; }

    /// <summary>
    /// The claim that names the principal: one that the issuer never gives to another person. <c>sub</c> unless told otherwise;
    /// <c>email</c> counts only with <c>email_verified</c>.
    /// </summary>
    public string PrincipalClaim { get; set; } = "sub";

    /// <summary>Whether the issuer and its keys may be in a private or link-local network.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>PEM of the authority of the issuer's certificate; none = the machine's.</summary>
    public string? CaFile { get; set; }

    /// <summary>Where its keys come from; the settings must be without fault.</summary>
    internal IKeySource ToSource() => IssuerAddress.ToSource(Issuer, JwksUri, AllowPrivateAddresses, CaFile);

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults(string at)
    {
        foreach (var (setting, fault) in IssuerAddress.Faults(Issuer, JwksUri, CaFile)) yield return $"{at}:{setting} {fault}.";
        if (string.IsNullOrWhiteSpace(Audience)) yield return $"{at}:{nameof(Audience)} is missing: name the audience that is this broker.";
        if (string.IsNullOrWhiteSpace(PrincipalClaim)) yield return $"{at}:{nameof(PrincipalClaim)} must name a claim, such as sub.";
    }
}
