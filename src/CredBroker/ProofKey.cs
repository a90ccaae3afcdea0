namespace CredBroker;

/// <summary>A key that a caller proved to hold, or that a token is bound to (<c>cnf</c>, RFC 7800).</summary>
/// <param name="Kind">How it is proved.</param>
/// <param name="Thumbprint">Base64url of a SHA-256: of the key (RFC 7638) or of the certificate (RFC 8705).</param>
public sealed record ProofKey(ProofKind Kind, string Thumbprint)
{
    /// <summary>As text, <c>dpop:…</c> or <c>mtls:…</c>.</summary>
    public string Text => $"{(Kind == ProofKind.Dpop ? "dpop" : "mtls")}:{Thumbprint}";

    /// <summary>Reads <see cref="Text"/>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ProofKey Parse(string text) => text.Split(':', 2) switch
    {
        ["dpop", { Length: > 0 } thumbprint] => new ProofKey(ProofKind.Dpop, thumbprint),
        ["mtls", { Length: > 0 } thumbprint] => new ProofKey(ProofKind.Mtls, thumbprint),
        _ => throw new FormatException("Not a key that was proved."),
    };
}
