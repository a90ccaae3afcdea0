namespace CredBroker.Client;

/// <summary>The life of a task. The numbers are the protocol's; one that is not listed here is newer than this library.</summary>
public enum TaskState
{
    /// <summary>Credentials may be issued under it.</summary>
    Open = 1,

    /// <summary>Nothing new may be issued; its leases are being revoked.</summary>
    Sealed = 2,

    /// <summary>Every lease of it has been handed to revocation.</summary>
    Ended = 3,
}
