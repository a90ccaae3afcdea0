using CredBroker.Backends;
using CredBroker.Leases;
using Microsoft.Extensions.Logging;

namespace CredBroker.Revocation;

/// <summary>Asks a backend to revoke one claimed lease and records what it said. A lease is revoked only when its backend has confirmed it.</summary>
public sealed partial class BackendRevoker(
    BackendRegistry backends, IRevocationBacklog backlog, IWorkloadQuota quota, TransitionAudit transitions, ILogger<BackendRevoker> logger,
    RevocationMetrics? metrics = null)
{
    /// <summary>Attempts that count before a lease can become a dead letter.</summary>
    public const int AttemptsBeforeDeadLetter = 10;

    private const string Unknown = "Unconfirmed: the backend did not know it before its time. It may still be good.";

    private static readonly TimeSpan DeadLetterPause = TimeSpan.FromHours(1);
    private static readonly TimeSpan UnderWayPause = TimeSpan.FromSeconds(2);

    /// <summary>What cannot be revoked dies by the clock of whoever made it, and its life began when it was made, a little after its record.</summary>
    private static readonly TimeSpan ExpiryGrace = TimeSpan.FromSeconds(15);

    /// <summary>One attempt; returns what the backend said. A backend that has said nothing within the limit has failed.</summary>
    public async Task<BackendRevocation> RevokeAsync(ClaimedRevocation claim, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var span = RevocationSpans.Begin("credbroker.backend.revoke", claim.Lease)?.SetTag("credbroker.attempt", claim.Attempts);
        var record = new ClaimRecord(backlog, claim);
        BackendRevocation said;
        try
        {
            said = await AskAsync(claim.Lease, record, limit, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Another broker is not to wait for the end of the visibility: asking twice does no harm.
            var released = new RevocationSettlement(SettlementOutcome.Uncounted, TimeSpan.Zero) { Handle = record.Handle };
            await backlog.SettleAsync(claim, released, CancellationToken.None);
            throw;
        }

        var settled = await backlog.SettleAsync(claim, Settle(claim, said) with { Handle = record.Handle }, CancellationToken.None);
        metrics?.Attempted(claim.Lease.Terms.Backend, WordFor(said));
        span.Ended(WordFor(said))?.SetTag("credbroker.confirmed", settled?.State == LeaseState.Revoked);
        if (settled is null) return said;
        if (settled.State == LeaseState.Revoked && settled.Terms.CountsPerWorkload)
            await quota.ReturnAsync([(settled.Id, settled.Terms)], CancellationToken.None);
        if (settled.State == LeaseState.Revoked || (settled.State == LeaseState.Irrevocable && claim.Lease.State != LeaseState.Irrevocable))
            transitions.NoteSettled(settled);
        return said;
    }

    private static string WordFor(BackendRevocation said) => said switch
    {
        BackendRevocation.Confirmed => "confirmed",
        BackendRevocation.Failed => "failed",
        BackendRevocation.Unavailable => "unavailable",
        BackendRevocation.NotRevocable => "not_revocable",
        BackendRevocation.UnderWay => "under_way",
        _ => "unconfirmed",
    };

    private async Task<BackendRevocation> AskAsync(Lease lease, ClaimRecord record, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        attempt.CancelAfter(limit);
        try
        {
            return await backends.Get(lease.Terms.Backend).RevokeAsync(lease, record, attempt.Token);
        }
        catch (OperationCanceledException) when (attempt.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            LogLate(logger, lease.Terms.BackendKey, lease.Id.Value, limit);
            return BackendRevocation.Failed;
        }
        catch (RefusedException refusal)
        {
            LogAway(logger, lease.Terms.BackendKey, refusal.Message);
            return BackendRevocation.Unavailable;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogFailed(logger, exception, lease.Terms.BackendKey, lease.Id.Value);
            return BackendRevocation.Failed;
        }
    }

    private static RevocationSettlement Settle(ClaimedRevocation claim, BackendRevocation said)
    {
        var expired = claim.At >= claim.Lease.MaxExpiresAt;
        return said switch
        {
            BackendRevocation.Confirmed => new RevocationSettlement(SettlementOutcome.Revoked),
            BackendRevocation.NotRevocable when claim.At >= claim.Lease.ExpiresAt + ExpiryGrace => new RevocationSettlement(SettlementOutcome.Revoked),
            BackendRevocation.NotRevocable => new RevocationSettlement(
                SettlementOutcome.Uncounted, claim.Lease.ExpiresAt + ExpiryGrace - claim.At, "This kind cannot be revoked; it dies at its expiry."),
            BackendRevocation.UnderWay => new RevocationSettlement(
                SettlementOutcome.Uncounted, UnderWayPause, "The backend is revoking it and has not said that it is done."),
            BackendRevocation.Unavailable => new RevocationSettlement(
                SettlementOutcome.Uncounted, RetryPause.After(Math.Max(claim.Attempts, 1)), "The backend does not answer."),
            _ when expired && claim.Attempts >= AttemptsBeforeDeadLetter => new RevocationSettlement(
                SettlementOutcome.Dead, DeadLetterPause, said == BackendRevocation.Unconfirmed ? Unknown : "The backend would not revoke it."),
            _ => new RevocationSettlement(
                SettlementOutcome.Again, RetryPause.After(claim.Attempts),
                said == BackendRevocation.Unconfirmed ? Unknown : "The backend failed to revoke it."),
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The backend {Backend} is away: {Detail}")]
    private static partial void LogAway(ILogger logger, string backend, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The backend {Backend} did not revoke {LeaseId} within {Limit}")]
    private static partial void LogLate(ILogger logger, string backend, string leaseId, TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The backend {Backend} failed to revoke {LeaseId}")]
    private static partial void LogFailed(ILogger logger, Exception exception, string backend, string leaseId);

    /// <summary>Stores the handle of the claimed lease for as long as the claim is ours.</summary>
    private sealed class ClaimRecord(IRevocationBacklog backlog, ClaimedRevocation claim) : IHandleRecord
    {
        public string? Handle { get; private set; } = claim.Lease.BackendHandle;

        public async Task<bool> RecordAsync(string handle, CancellationToken cancellationToken)
        {
            var settlement = new RevocationSettlement(SettlementOutcome.Noted) { Handle = handle };
            if (await backlog.SettleAsync(claim, settlement, cancellationToken) is null) return false;
            Handle = handle;
            return true;
        }
    }
}
