using System.Net;
using CredBroker.Audit;
using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>Renews leases: decides again, moves the end, never past the maximum.</summary>
public sealed class CredentialRenewer(
    TaskGate gate, IssuePlanner planner, ILeaseStore store, FenceBook fences, BackendRegistry backends, IAuditLog audit, RefusalAudit refusals, TimeProvider time)
{
    private const int MaxFenceReloads = 5;

    /// <summary>Renews a lease of the token's own task.</summary>
    /// <exception cref="RefusedException">As <c>CredentialService.Renew</c> documents.</exception>
    public async Task<IssuedCredential> RenewAsync(TaskToken token, LeaseId leaseId, TimeSpan? ttl, IPAddress? source, CancellationToken cancellationToken)
    {
        var actor = AuditActor.Unknown;
        AgentTask? task = null;
        try
        {
            new RequestLimits().Duration("ttl", ttl).ThrowIfAny();
            task = await gate.RecallAsync(token, cancellationToken);
            actor = new AuditActor(ReasonName.Of(task.Kind), task.Subject, task.Tenant);
            return await RenewAsync(task, token, leaseId, (ttl, source), actor, cancellationToken);
        }
        // A token that is nobody's is for whoever took the call to record: it may be one of a flood.
        catch (RefusedException refusal) when (actor != AuditActor.Unknown || refusal.Reason is not ErrorReason.TaskTokenInvalid)
        {
            throw await refusals.JudgeAsync("renew", task, refusal, actor, (token.TaskId.Value, leaseId.Value), cancellationToken);
        }
    }

    private async Task<IssuedCredential> RenewAsync(
        AgentTask task, TaskToken token, LeaseId leaseId, (TimeSpan? Ttl, IPAddress? Source) asked, AuditActor actor, CancellationToken cancellationToken)
    {
        var lease = await store.FindAsync(leaseId, cancellationToken);
        if (lease is null || lease.Terms.TaskId != task.Id) throw Refused(ErrorReason.LeaseNotFound);
        if (!lease.Terms.Renewable || lease.State != LeaseState.Active) throw Refused(ErrorReason.LeaseNotRenewable);
        var plan = await planner.PlanRenewalAsync(task, lease, asked.Ttl, asked.Source, cancellationToken);

        // A renewal is the same credential for longer: where its line cannot be written it must not take effect.
        await audit.AppendAsync(Line(AuditEventType.RenewAllowed, lease, actor, null, plan), cancellationToken);
        try
        {
            var backend = backends.Get(lease.Terms.Backend);
            var granted = await ExtendAsync(backend, lease, plan.Ttl, cancellationToken);
            var (renewed, at) = await RecordAsync(lease, token, plan.Ttl, granted, cancellationToken);
            return new IssuedCredential(renewed, await backend.RenewAsync(renewed, task, at, cancellationToken));
        }
        catch (RefusedException refusal)
        {
            await audit.AppendAsync(Line(AuditEventType.NotRenewed, lease, actor, ReasonName.Of(refusal.Reason), plan), CancellationToken.None);
            throw;
        }
    }

    /// <summary>
    /// The backend comes before the record: a broker that dies in between leaves the earlier end. It is asked for no less than the lease
    /// already has, for some would shorten what they are asked to lengthen. Null = the broker itself grants what it says.
    /// </summary>
    private async ValueTask<TimeSpan?> ExtendAsync(ICredentialBackend backend, Lease lease, TimeSpan longer, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // What the store will refuse anyway must not be lengthened first.
        if (lease.Terms.IsBrokerMinted || lease.ExpiresAt >= lease.MaxExpiresAt || lease.ExpiresAt <= now) return null;
        await fences.EvaluateAsync(lease.Id, lease.Terms, cancellationToken);
        var asked = Later(now + longer, lease.ExpiresAt) - now;
        return await backend.ExtendAsync(lease, asked < lease.MaxExpiresAt - now ? asked : lease.MaxExpiresAt - now, cancellationToken);
    }

    private async Task<(Lease Lease, DateTimeOffset At)> RecordAsync(
        Lease lease, TaskToken token, TimeSpan longer, TimeSpan? granted, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxFenceReloads; attempt++)
        {
            var epoch = await fences.EvaluateAsync(lease.Id, lease.Terms, cancellationToken);
            switch (await store.RenewAsync(lease, new LeaseRenewal(token.SecretHash, longer, epoch) { Granted = granted }, cancellationToken))
            {
                case RenewOutcome.Renewed(var renewed, var at):
                    return (renewed, at);
                case RenewOutcome.StaleFences:
                    await fences.ReloadAsync(lease.Id.Bucket, cancellationToken);
                    continue;
                case var refused:
                    throw Refusal(refused);
            }
        }

        throw Refused(ErrorReason.ConcurrentUpdate);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private AuditEvent Line(AuditEventType type, Lease lease, AuditActor actor, string? reason, RenewalPlan plan) => new()
    {
        Type = type,
        Time = time.GetUtcNow(),
        Actor = actor,
        TaskId = lease.Terms.TaskId.Value,
        LeaseId = lease.Id.Value,
        Reason = reason,
        Details = plan.Facts,
    };

    private static RefusedException Refusal(RenewOutcome outcome) => outcome switch
    {
        RenewOutcome.Refused(ErrorReason.TaskTokenInvalid) => TaskGate.Invalid(),
        RenewOutcome.Refused(var reason) => Refused(reason),
        _ => StoreClock.Fault(),
    };

    private static RefusedException Refused(ErrorReason reason) => new(reason, IssueRefusals.Sentence(reason));
}
