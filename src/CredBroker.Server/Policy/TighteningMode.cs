namespace CredBroker.Server.Policy;

/// <summary>What becomes of live leases that changed templates or policies no longer permit.</summary>
public enum TighteningMode
{
    /// <summary>They are reported, and live until they expire.</summary>
    Report,

    /// <summary>They are revoked.</summary>
    Revoke,
}
