namespace CredBroker.Approvals;

/// <summary>The refusals that have to do with approvals.</summary>
public static class ApprovalRefusals
{
    /// <summary>Somebody said no.</summary>
    public static RefusedException Denied() => new(ErrorReason.ApprovalDenied, "A person has refused this.");

    /// <summary>It came too late, or was used before.</summary>
    public static RefusedException Lapsed() => new(ErrorReason.ApprovalLapsed, "The approval has lapsed or was used; ask again.");

    /// <summary>The policies or the template are others than those that were approved under.</summary>
    public static RefusedException Outdated() => new(ErrorReason.ApprovalLapsed, "Policies or templates have changed since the approval was asked for; ask again.");

    /// <summary>It is not for this. It is not said whether there is such an approval at all.</summary>
    public static RefusedException NotForThis() => new(ErrorReason.PolicyDenied, "There is no such approval for this very request.");

    /// <summary>The refusal of a request that is not there, or another tenant's; it does not say which.</summary>
    public static RefusedException NotFound() => RefusedException.Invalid("approval_id", "is no request that is remembered");
}
