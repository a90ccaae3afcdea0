using CredBroker.Audit;
using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>Fences as operators see and lift them: those that concern their own tenants alone.</summary>
public sealed class StandingFences(IFenceStore fences, IPreviewStore previews, IAuditLog audit, TimeProvider time)
{
    /// <summary>The fences that stand.</summary>
    public async Task<IReadOnlyList<Fence>> ListAsync(TenantScope scope, CancellationToken cancellationToken) =>
        [.. (await fences.ListAsync(cancellationToken)).Where(fence => SelectorScope.Covers(scope, fence.Selectors))];

    /// <summary>Lifts a fence once that is on record; what it killed stays dead. False = a second one has to agree, within an hour.</summary>
    /// <param name="mayAgree">Where the operator may lift fences together with a second one.</param>
    /// <param name="mayAlone">Where they may alone.</param>
    /// <param name="id">The fence.</param>
    /// <param name="reason">Why.</param>
    /// <param name="principal">Who.</param>
    /// <param name="cancellationToken">Gives up before it is on record.</param>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>, or <see cref="ErrorReason.AuditUnavailable"/>: it stays.</exception>
    public async Task<bool> LiftAsync(
        TenantScope mayAgree, TenantScope mayAlone, FenceId id, string reason, string principal, CancellationToken cancellationToken)
    {
        new RequestLimits().RequiredText("reason", reason).ThrowIfAny();
        if ((await ListAsync(mayAgree, cancellationToken)).FirstOrDefault(standing => standing.Id == id) is not { } fence) throw NotStanding();
        if (fence.IsQuarantine) throw RefusedException.Invalid("fence_id", "keeps a task or a workload in quarantine: release that");
        var other = SelectorScope.Covers(mayAlone, fence.Selectors) ? principal : await previews.SecondAsync(id, principal, cancellationToken);
        if (other is null) return false;
        await audit.AppendAsync(
            new AuditEvent
            {
                Type = AuditEventType.FenceLiftAllowed,
                Time = time.GetUtcNow(),
                Actor = new AuditActor("human", principal, ""),
                Message = reason,
                Details = new Dictionary<string, string> { ["fence"] = id.Value, ["agreed_with"] = other },
            },
            cancellationToken);
        await fences.LiftAsync(id, CancellationToken.None);
        return true;
    }

    /// <summary>The refusal of a fence that does not stand, or is not the operator's; it does not say which.</summary>
    public static RefusedException NotStanding() => RefusedException.Invalid("fence_id", "is no fence that stands");
}
