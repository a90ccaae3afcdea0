namespace CredBroker.Tasks;

/// <summary>The life of a task: open, sealed, ended.</summary>
public enum TaskState
{
    /// <summary>Credentials may be issued under it.</summary>
    Open = 1,

    /// <summary>Nothing new may be issued; its leases are being revoked.</summary>
    Sealed = 2,

    /// <summary>Every lease of it has been handed to revocation.</summary>
    Ended = 3,
}
