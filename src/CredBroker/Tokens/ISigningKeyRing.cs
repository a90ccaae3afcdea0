namespace CredBroker.Tokens;

/// <summary>The keys that access tokens are signed with. Every key signs with one algorithm only.</summary>
public interface ISigningKeyRing
{
    /// <summary>The key that signs now.</summary>
    SigningKey Current { get; }

    /// <summary>Since when the current key has signed; null where nobody knows.</summary>
    DateTimeOffset? SigningSince => null;

    /// <summary>Every private key that signs, has signed of late or is about to, on this or another replica; the current one among them.</summary>
    IReadOnlyList<SigningKey> Signers => [Current];

    /// <summary>The public keys that verifiers may meet in a good token, the current one among them.</summary>
    IReadOnlyList<PublicSigningKey> Published { get; }
}
