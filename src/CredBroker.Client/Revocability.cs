namespace CredBroker.Client;

/// <summary>How far a revocation reaches before the credential's own end does. The numbers are the protocol's.</summary>
public enum Revocability
{
    /// <summary>Not stated.</summary>
    Unspecified = 0,

    /// <summary>Dead at once, for every service that listens to the broker.</summary>
    Instant = 1,

    /// <summary>Dead at its expiry at the latest.</summary>
    Bounded = 2,

    /// <summary>Cannot be revoked; it dies by itself.</summary>
    None = 3,
}
