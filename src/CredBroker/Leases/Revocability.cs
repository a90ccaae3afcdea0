namespace CredBroker.Leases;

/// <summary>How far a revocation of a credential reaches before its TTL does.</summary>
public enum Revocability
{
    /// <summary>Dead at once.</summary>
    Instant = 1,

    /// <summary>Dead at its TTL at the latest; earlier for whoever listens.</summary>
    Bounded = 2,

    /// <summary>Cannot be revoked.</summary>
    None = 3,
}
