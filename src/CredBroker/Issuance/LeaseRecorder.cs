using CredBroker.Leases;

namespace CredBroker.Issuance;

/// <summary>Records leases: takes its place under the workload's limit, evaluates fences, and evaluates them again where they have changed meanwhile.</summary>
public sealed class LeaseRecorder(ILeaseStore store, FenceBook fences, IWorkloadQuota quota)
{
    private const int MaxFenceReloads = 5;

    /// <summary>Records a lease before anything is made.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.Fenced"/> or <see cref="ErrorReason.QuotaExceeded"/>.</exception>
    public async Task<BeginOutcome> BeginAsync(LeaseIntent intent, CancellationToken cancellationToken)
    {
        if (intent.PerWorkload is { } limit && !await quota.TakeAsync(intent, limit, cancellationToken))
            return await BeginWithoutPlaceAsync(intent, cancellationToken);
        BeginOutcome? outcome = null;
        try
        {
            outcome = await BeginUnderFencesAsync(intent, cancellationToken);
            return outcome;
        }
        finally
        {
            if (intent.PerWorkload is not null && outcome is not BeginOutcome.Begun)
                await quota.ReturnAsync([(intent.Id, intent.Terms)], CancellationToken.None);
        }
    }

    /// <summary>
    /// The lease that a retry of the same request is about: a live token, which is signed again, or one whose secret is not kept or never
    /// left the broker, which is superseded.
    /// </summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.IdempotencyConflict"/> or <see cref="ErrorReason.ConcurrentUpdate"/>.</exception>
    public async Task<Lease> ReplayAsync(LeaseId id, bool sameRequest)
    {
        var earlier = sameRequest ? await store.FindAsync(id, CancellationToken.None) : null;
        return earlier switch
        {
            null => throw Conflict(id, "The idempotency key was used for another request."),
            { State: LeaseState.Intent } => throw new RefusedException(ErrorReason.ConcurrentUpdate, "The same request is still being worked on.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            },
            { State: not LeaseState.Active, EndReason: not EndReason.Abandoned } =>
                throw Conflict(id, $"The lease of this idempotency key is {earlier.State.ToString().ToLowerInvariant()}."),
            _ => earlier,
        };
    }

    /// <summary>Records a lease in the place of an earlier one, which ends by that. Until that one is confirmed dead its place counts for both.</summary>
    /// <exception cref="RefusedException">As <see cref="BeginAsync"/>.</exception>
    public Task<BeginOutcome> SupersedeAsync(LeaseIntent intent, Lease earlier, CancellationToken cancellationToken)
    {
        var places = earlier.State == LeaseState.Revoked ? 0 : 1;
        return BeginAsync(
            intent with { Supersedes = earlier, PerTask = intent.PerTask + places, PerWorkload = intent.PerWorkload + places }, cancellationToken);
    }

    /// <summary>Ends a lease whose credential never left the broker, and gives its place back where that is its end already.</summary>
    public async Task AbandonAsync(Lease lease)
    {
        var ended = await store.RevokeAsync(new RevokeRequest([lease], EndReason.Abandoned, RevocationPriority.Orphan), CancellationToken.None);
        var freed = ended.Where(one => one.State == LeaseState.Revoked && one.Terms.CountsPerWorkload).Select(one => (one.Id, one.Terms)).ToList();
        if (freed.Count > 0) await quota.ReturnAsync(freed, CancellationToken.None);
    }

    /// <summary>A retry needs no place of its own: the lease that it asks for again has one. A task that may hold none gets that and nothing new.</summary>
    private async Task<BeginOutcome> BeginWithoutPlaceAsync(LeaseIntent intent, CancellationToken cancellationToken)
    {
        if (intent.IdempotencyKeyHash is null) throw Full();
        var outcome = await BeginUnderFencesAsync(intent with { PerTask = 0 }, cancellationToken);
        return outcome is BeginOutcome.Refused(ErrorReason.QuotaExceeded) ? throw Full() : outcome;
    }

    private static RefusedException Full() =>
        new(ErrorReason.QuotaExceeded, "The workload holds as many live leases of this template as it may.");

    private async Task<BeginOutcome> BeginUnderFencesAsync(LeaseIntent intent, CancellationToken cancellationToken)
    {
        BeginOutcome outcome = new BeginOutcome.StaleFences(0);
        for (var attempt = 0; attempt < MaxFenceReloads && outcome is BeginOutcome.StaleFences; attempt++)
        {
            if (attempt > 0) await fences.ReloadAsync(intent.Id.Bucket, cancellationToken);
            var epoch = await fences.EvaluateAsync(intent.Id, intent.Terms, cancellationToken);
            outcome = await store.BeginAsync(intent with { FenceEpoch = epoch }, cancellationToken);
        }

        return outcome;
    }

    private static RefusedException Conflict(LeaseId id, string message) => new(ErrorReason.IdempotencyConflict, message)
    {
        Metadata = new Dictionary<string, string> { ["lease_id"] = id.Value },
    };
}
