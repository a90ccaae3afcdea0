namespace CredBroker.Attestation;

/// <summary>A key that the caller of this very call proved to hold.</summary>
/// <param name="Key">The key.</param>
/// <param name="Proof">The proof, which is good once and not used up yet; null where it is used up, or is the connection itself.</param>
public sealed record Possession(ProofKey Key, SingleUse? Proof);
