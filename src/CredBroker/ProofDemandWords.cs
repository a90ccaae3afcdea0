namespace CredBroker;

/// <summary>Holds proofs against what is demanded.</summary>
public static class ProofDemandWords
{
    /// <summary>Whether a key is what is demanded.</summary>
    public static bool IsMetBy(this ProofDemand demand, ProofKey? key) => demand switch
    {
        ProofDemand.None => true,
        ProofDemand.Any => key is not null,
        ProofDemand.Dpop => key?.Kind == ProofKind.Dpop,
        _ => key?.Kind == ProofKind.Mtls,
    };

    /// <summary>What is demanded, for people: "by DPoP".</summary>
    public static string Say(this ProofDemand demand) => demand switch
    {
        ProofDemand.Dpop => "by DPoP",
        ProofDemand.Mtls => "by mutual TLS",
        _ => "by DPoP or mutual TLS",
    };
}
