namespace CredBroker.Verification.Proofs;

/// <summary>The key that a token is bound to (<c>cnf</c>, RFC 7800).</summary>
/// <param name="IsCertificate">A client's certificate (RFC 8705); else a DPoP key (RFC 9449).</param>
/// <param name="Thumbprint">Base64url of its SHA-256.</param>
internal sealed record TokenBinding(bool IsCertificate, string Thumbprint);
