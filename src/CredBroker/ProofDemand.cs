namespace CredBroker;

/// <summary>Which proof of possession a rule or a template demands.</summary>
public enum ProofDemand
{
    /// <summary>None: a bearer will do.</summary>
    None,

    /// <summary>One of either kind.</summary>
    Any,

    /// <summary>DPoP.</summary>
    Dpop,

    /// <summary>Mutual TLS.</summary>
    Mtls,
}
