namespace CredBroker.Client;

/// <summary>Where a lease stands. The numbers are the protocol's; one that is not listed here is newer than this library.</summary>
public enum LeaseState
{
    /// <summary>Not stated.</summary>
    Unspecified = 0,

    /// <summary>Recorded; the credential is not out yet.</summary>
    Intent = 1,

    /// <summary>The credential is out and good.</summary>
    Active = 2,

    /// <summary>Its end is recorded and not confirmed yet.</summary>
    Revoking = 3,

    /// <summary>Confirmed dead.</summary>
    Revoked = 4,

    /// <summary>It could not be revoked; an operator has been told.</summary>
    Irrevocable = 5,
}
