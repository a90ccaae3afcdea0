namespace CredBroker.Client.Operators;

/// <summary>How far a revocation order has come. The numbers are the protocol's.</summary>
public enum RevocationOrderState
{
    /// <summary>The fence is being raised.</summary>
    Fencing = 1,

    /// <summary>Leases are being revoked.</summary>
    Draining = 2,

    /// <summary>A last scan found nothing more; backends may still have to confirm.</summary>
    Done = 3,
}
