using CredBroker.Backends;
using CredBroker.Leases;
using Microsoft.Extensions.Logging;

namespace CredBroker.Revocation;

/// <summary>Asks a backend to revoke one claimed lease and records what it said. A lease is revoked only when its backend has confirmed it.</summary>
public sealed partial class BackendRevoker(BackendRegistry backends, IRevocationBacklog backlog, IWorkloadQuota quota, TransitionAudit transitions, ILogger<BackendRevoker> logger)
{
    /// <summary>Attempts that count before a lease can become a dead letter.</summary>
    public const int AttemptsBeforeDeadLetter = 10;

    private static readonly TimeSpan DeadLetterPause = TimeSpan.FromHours(1);

    /// <summary>One attempt; returns what the backend said. A backend that has said nothing within the limit has failed.</summary>
    public async Task<BackendRevocation> RevokeAsync(ClaimedRevocation claim, TimeSpan limit, CancellationToken cancellationToken)
    {
        var said = await AskAsync(claim.Lease, limit, cancellationToken);
        var settled = await backlog.SettleAsync(claim, Settle(claim, said), CancellationToken.None);
        if (settled is null) return said;
        if (settled.State == LeaseState.Revoked && settled.Terms.CountsPerWorkload)
            await quota.ReturnAsync([(settled.Id, settled.Terms)], CancellationToken.None);
        if (settled.State == LeaseState.Revoked || (settled.State == LeaseState.Irrevocable && claim.Lease.State != LeaseState.Irrevocable))
            transitions.Note(settled);
        return said;
    }

    private async Task<BackendRevocation> AskAsync(Lease lease, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        attempt.CancelAfter(limit);
        try
        {
            return await backends.Get(lease.Terms.Backend).RevokeAsync(lease, attempt.Token);
        }
        catch (OperationCanceledException) when (attempt.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            LogLate(logger, lease.Terms.Backend, lease.Id.Value, limit);
            return BackendRevocation.Failed;
        }
        catch (RefusedException refusal)
        {
            LogAway(logger, lease.Terms.Backend, refusal.Message);
            return BackendRevocation.Unavailable;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogFailed(logger, exception, lease.Terms.Backend, lease.Id.Value);
            return BackendRevocation.Failed;
        }
    }

    private static RevocationSettlement Settle(ClaimedRevocation claim, BackendRevocation said)
    {
        var expired = claim.At >= claim.Lease.MaxExpiresAt;
        return said switch
        {
            BackendRevocation.Confirmed => new RevocationSettlement(SettlementOutcome.Revoked),
            BackendRevocation.NotRevocable when expired => new RevocationSettlement(SettlementOutcome.Revoked),
            BackendRevocation.NotRevocable => new RevocationSettlement(
                SettlementOutcome.Uncounted, claim.Lease.MaxExpiresAt - claim.At, "This kind cannot be revoked; it dies at its expiry."),
            BackendRevocation.Unavailable => new RevocationSettlement(
                SettlementOutcome.Uncounted, RetryPause.After(Math.Max(claim.Attempts, 1)), "The backend does not answer."),
            _ when expired && claim.Attempts >= AttemptsBeforeDeadLetter => new RevocationSettlement(
                SettlementOutcome.Dead, DeadLetterPause, "The backend would not revoke it."),
            _ => new RevocationSettlement(SettlementOutcome.Again, RetryPause.After(claim.Attempts), "The backend failed to revoke it."),
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The backend {Backend} is away: {Detail}")]
    private static partial void LogAway(ILogger logger, string backend, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The backend {Backend} did not revoke {LeaseId} within {Limit}")]
    private static partial void LogLate(ILogger logger, string backend, string leaseId, TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The backend {Backend} failed to revoke {LeaseId}")]
    private static partial void LogFailed(ILogger logger, Exception exception, string backend, string leaseId);
}
