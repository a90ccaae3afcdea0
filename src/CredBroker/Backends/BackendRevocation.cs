namespace CredBroker.Backends;

/// <summary>What a backend said when it was asked to revoke a credential.</summary>
public enum BackendRevocation
{
    /// <summary>It says the credential is gone.</summary>
    Confirmed = 1,

    /// <summary>It failed, or it could not tell; try again.</summary>
    Failed = 2,

    /// <summary>It is busy, away or asks to be left alone; try again, and do not count this.</summary>
    Unavailable = 3,

    /// <summary>This kind cannot be revoked; it dies at its expiry.</summary>
    NotRevocable = 4,

    /// <summary>It is at it and has not said that it is done; ask again soon, and do not count this.</summary>
    UnderWay = 5,
}
