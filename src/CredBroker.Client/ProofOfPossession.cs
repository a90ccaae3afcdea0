namespace CredBroker.Client;

/// <summary>Whether the client proves, with each call, that it holds a key of its own (DPoP, RFC 9449). Tokens are then bound to that key: stolen, they are good for nothing.</summary>
public enum ProofOfPossession
{
    /// <summary>As soon as the broker asks for it, because of a workload rule or a template.</summary>
    WhenAsked,

    /// <summary>From the first call on.</summary>
    Always,

    /// <summary>Never; what asks for it is refused.</summary>
    Never,
}
