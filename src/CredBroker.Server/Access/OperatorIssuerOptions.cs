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

    /// <summary>Whether an address may be read: TLS, or plain text on this machine.</summary>
    internal static bool IsAllowed(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults(string at)
    {
        if (!Uri.TryCreate(Issuer, UriKind.Absolute, out var issuer) || !IsAllowed(issuer) || Issuer.AsSpan().ContainsAny('?', '#') || Issuer.Trim() != Issuer)
            yield return $"{at}:{nameof(Issuer)} must be an https address without query and fragment; http is for this machine alone.";
        if (string.IsNullOrWhiteSpace(Audience)) yield return $"{at}:{nameof(Audience)} is missing: name the audience that is this broker.";
        if (JwksUri is not null && (!Uri.TryCreate(JwksUri, UriKind.Absolute, out var keys) || !IsAllowed(keys)))
            yield return $"{at}:{nameof(JwksUri)} must be an https address; http is for this machine alone.";
        if (string.IsNullOrWhiteSpace(PrincipalClaim)) yield return $"{at}:{nameof(PrincipalClaim)} must name a claim, such as sub.";
    }
}
