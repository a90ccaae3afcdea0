namespace CredBroker;

/// <summary>How a caller proves that it holds a key.</summary>
public enum ProofKind
{
    /// <summary>A signed proof with each request (DPoP, RFC 9449).</summary>
    Dpop,

    /// <summary>The client's certificate of the connection (RFC 8705).</summary>
    Mtls,
}
