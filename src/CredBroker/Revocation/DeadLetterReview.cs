using CredBroker.Audit;
using CredBroker.Leases;
using Microsoft.Extensions.Logging;

namespace CredBroker.Revocation;

/// <summary>What an operator does about leases whose backend would not revoke them: look, and have them tried again.</summary>
public sealed partial class DeadLetterReview(
    IDeadLetters letters, ILeaseStore leases, IAuditLog audit, TimeProvider time, ILogger<DeadLetterReview> logger)
{
    private static readonly int[] AllBuckets = [.. Enumerable.Range(0, Buckets.Count)];

    /// <summary>Dead letters of some tenants, the oldest lease first. A page may be short, or even empty, and still not be the last.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>.</exception>
    public async Task<(IReadOnlyList<DeadLetter> Letters, string NextPageToken)> ListAsync(
        TenantScope scope, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var take = PageToken.Size(pageSize);
        LeasePosition? after = null;
        if (PageToken.Read(pageToken) is { } place && !LeasePosition.TryParse(place, out after)) throw PageToken.Invalid();
        var merge = new BucketMerge<LeasePosition, DeadLetter>(
            LeasePosition.Order,
            (bucket, from, count) => letters.ListAsync(bucket, from, count, cancellationToken),
            async places => [.. (await letters.ReadAsync([.. places.Select(found => found.Id)], cancellationToken))
                .Where(letter => scope.Includes(letter.Lease.Terms.Tenant))
                .Join(places, letter => letter.Lease.Id, found => found.Id, (letter, found) => (found, letter))]);
        var (page, next) = await merge.ReadAsync(AllBuckets, after, take);
        return (page, PageToken.Write(next?.ToString()));
    }

    /// <summary>Has the backend asked again now. As every step of a revocation it does not wait for the audit trail to be well.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.LeaseNotFound"/>, also for another tenant's, and for one that waits for nothing.</exception>
    public async Task<Lease> RetryAsync(TenantScope scope, LeaseId id, string principal, CancellationToken cancellationToken)
    {
        var lease = await leases.FindAsync(id, cancellationToken);
        if (lease is null || !scope.Includes(lease.Terms.Tenant) || !await letters.RetryAsync(lease, cancellationToken))
            throw new RefusedException(ErrorReason.LeaseNotFound, "There is no such lease.");
        try
        {
            await audit.AppendAsync(LineOf(lease, principal), CancellationToken.None);
        }
        catch (RefusedException refusal)
        {
            LogUnrecorded(logger, refusal, principal, id.Value);
        }

        return lease;
    }

    private AuditEvent LineOf(Lease lease, string principal) => new()
    {
        Type = AuditEventType.DeadLetterRetried,
        Time = time.GetUtcNow(),
        Actor = new AuditActor("human", principal, lease.Terms.Tenant),
        TaskId = lease.Terms.TaskId.Value,
        LeaseId = lease.Id.Value,
        Details = new Dictionary<string, string> { ["backend"] = lease.Terms.BackendKey },
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Principal} had {LeaseId} tried again, and the audit trail could not be written")]
    private static partial void LogUnrecorded(ILogger logger, Exception exception, string principal, string leaseId);
}
