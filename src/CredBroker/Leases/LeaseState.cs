namespace CredBroker.Leases;

/// <summary>The life of a lease: intent → active → revoking → revoked | irrevocable.</summary>
public enum LeaseState
{
    /// <summary>Recorded; the credential does not exist yet or has not left the broker.</summary>
    Intent = 1,

    /// <summary>The credential is out and good.</summary>
    Active = 2,

    /// <summary>The end has been recorded; the backend has not confirmed it yet.</summary>
    Revoking = 3,

    /// <summary>Confirmed dead.</summary>
    Revoked = 4,

    /// <summary>The backend could not revoke it.</summary>
    Irrevocable = 5,
}
