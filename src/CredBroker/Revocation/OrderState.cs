namespace CredBroker.Revocation;

/// <summary>How far a revocation order has come. The numbers are the protocol's.</summary>
public enum OrderState
{
    /// <summary>The fence is being raised.</summary>
    Fencing = 1,

    /// <summary>Leases are being revoked.</summary>
    Draining = 2,

    /// <summary>A last scan found nothing more.</summary>
    Done = 3,
}
