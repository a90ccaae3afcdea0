namespace CredBroker.Leases;

/// <summary>What became of one attempt to revoke.</summary>
public enum SettlementOutcome
{
    /// <summary>The backend says it is gone.</summary>
    Revoked = 1,

    /// <summary>It failed; it will be tried again.</summary>
    Again = 2,

    /// <summary>The backend was away or busy; it will be tried again and this does not count.</summary>
    Uncounted = 3,

    /// <summary>It has failed too often and is past its time: a person has to look.</summary>
    Dead = 4,

    /// <summary>The attempt goes on; what it has found out is stored with the lease's handle.</summary>
    Noted = 5,
}
