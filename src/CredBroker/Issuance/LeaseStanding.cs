namespace CredBroker.Issuance;

/// <summary>Whether a lease would still be issued.</summary>
public enum LeaseStanding
{
    /// <summary>It would.</summary>
    Permitted,

    /// <summary>It would not.</summary>
    NotPermitted,

    /// <summary>Nobody can tell by what is known of it now.</summary>
    Undecided,
}
