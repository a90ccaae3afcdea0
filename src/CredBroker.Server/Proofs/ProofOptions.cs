namespace CredBroker.Server.Proofs;

/// <summary>Which proofs of possession the broker takes.</summary>
public sealed class ProofOptions
{
    /// <summary>Where they stand in the configuration.</summary>
    public const string SectionName = "Proofs";

    /// <summary>
    /// Under which authorities callers know the broker, <c>host</c> or <c>host:port</c>; a DPoP proof for another one is refused. None = that
    /// of <c>Tokens:Issuer</c>. This machine's own names are good besides for callers on this machine.
    /// </summary>
    public IList<string> Authorities { get; } = [];

    /// <summary>Whether a DPoP proof must hold a nonce of the broker, which it gets by its first refusal; <c>true</c> when not set.</summary>
    public bool RequireNonce { get; set; } = true;

    /// <summary>How old a DPoP proof may be: 5 s to 5 min; 60 s when not set. For so long it is remembered.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How far ahead a caller's clock may be: 0 to 30 s; 5 s when not set.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults()
    {
        foreach (var (i, authority) in Authorities.Index())
            if (!IsAuthority(authority)) yield return $"{SectionName}:{nameof(Authorities)}:{i} must look like broker.example.com or broker.example.com:8443.";
        if (MaxAge < TimeSpan.FromSeconds(5) || MaxAge > TimeSpan.FromMinutes(5)) yield return $"{SectionName}:{nameof(MaxAge)} must be from 00:00:05 to 00:05:00.";
        if (ClockSkew < TimeSpan.Zero || ClockSkew > TimeSpan.FromSeconds(30)) yield return $"{SectionName}:{nameof(ClockSkew)} must be from 00:00:00 to 00:00:30.";
    }

    private static bool IsAuthority(string text) =>
        Uri.TryCreate($"https://{text}/", UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.PathAndQuery == "/" && uri.Fragment.Length == 0
        && text.AsSpan().IndexOfAny("/?#@ ") < 0;
}
