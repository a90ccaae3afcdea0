namespace CredBroker.Leases;

/// <summary>How urgently a backend is asked to revoke; also the share of its capacity that the class gets.</summary>
public enum RevocationPriority
{
    /// <summary>Leases that nobody ever got.</summary>
    Orphan = 1,

    /// <summary>Leases that ran out.</summary>
    Expiry = 2,

    /// <summary>Leases of a task that ended, or that were given back.</summary>
    TaskEnd = 4,

    /// <summary>Leases that an operator revokes.</summary>
    Incident = 8,
}
