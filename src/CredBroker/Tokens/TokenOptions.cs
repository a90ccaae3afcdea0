namespace CredBroker.Tokens;

/// <summary>What the broker says about itself in its tokens.</summary>
public sealed class TokenOptions
{
    /// <summary>Section of the settings.</summary>
    public const string SectionName = "Tokens";

    /// <summary>
    /// <c>iss</c>, exactly as it goes into tokens and discovery documents: an absolute http or https URI without query and
    /// fragment (RFC 8414 section 2). Verifiers find the keys below it. Required.
    /// </summary>
    public string Issuer { get; set; } = "";

    /// <summary>Where the signing keys are and how they change.</summary>
    public SigningKeyOptions Keys { get; set; } = new();

    /// <summary>What is wrong with the settings, one line each; empty where they are good.</summary>
    public IEnumerable<string> Faults()
    {
        if (!Uri.TryCreate(Issuer, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
            yield return $"{SectionName}:{nameof(Issuer)} must be an absolute https (or http) URI, such as https://credbroker.example.com.";
        else if (Issuer.AsSpan().ContainsAny('?', '#') || uri.UserInfo.Length > 0)
            yield return $"{SectionName}:{nameof(Issuer)} must have no query, no fragment and no user name.";
        else if (Issuer.AsSpan().Trim().Length != Issuer.Length)
            yield return $"{SectionName}:{nameof(Issuer)} must have no space around it.";
    }
}
