namespace CredBroker.Leases;

/// <summary>A lease about to be recorded.</summary>
/// <param name="Id">Its id, in the task's bucket.</param>
/// <param name="Terms">What was agreed.</param>
/// <param name="TokenHash">Hash of the task token that asks; the store compares it.</param>
/// <param name="Ttl">How long it lives unless renewed.</param>
/// <param name="MaxTtl">How long it lives at the most; the store also caps it by the task's deadline.</param>
public sealed record LeaseIntent(LeaseId Id, LeaseTerms Terms, string TokenHash, TimeSpan Ttl, TimeSpan MaxTtl)
{
    /// <summary>The fences that were evaluated; another epoch in the store is refused.</summary>
    public long FenceEpoch { get; init; }

    /// <summary>Live leases of this template that the task may hold; null = no limit.</summary>
    public int? PerTask { get; init; }

    /// <summary>Live leases of this template that the workload may hold; null = no limit.</summary>
    public int? PerWorkload { get; init; }

    /// <summary>The caller's idempotency key, hashed; null = none.</summary>
    public string? IdempotencyKeyHash { get; init; }

    /// <summary>A lease under the same idempotency key whose place this one takes, as it was read; it is on its way to be revoked once this one is recorded.</summary>
    public Lease? Supersedes { get; init; }

    /// <summary>What people have agreed to, which is used up with this; null = nobody had to.</summary>
    public ApprovalId? ApprovalId { get; init; }

    /// <summary>Digest of what is asked for, which has to be that of what they have agreed to.</summary>
    public string ApprovedAction { get; init; } = "";

    /// <summary>Digest of the whole request, to tell a retry from another request under the same key.</summary>
    public string RequestDigest { get; init; } = "";
}
