namespace CredBroker.Tokens;

/// <summary>The keys that access tokens are signed with. Every key signs with one algorithm only.</summary>
public interface ISigningKeyRing
{
    /// <summary>The key that signs now.</summary>
    SigningKey Current { get; }

    /// <summary>The public keys that verifiers may meet in a good token, the current one among them.</summary>
    IReadOnlyList<PublicSigningKey> Published { get; }
}
