using CredBroker.Leases;

namespace CredBroker.Issuance;

/// <summary>Records leases: takes its place under the workload's limit, evaluates fences, and evaluates them again where they have changed meanwhile.</summary>
public sealed class LeaseRecorder(ILeaseStore store, FenceBook fences, IWorkloadQuota quota, ILeaseRevoker revoker)
{
    private const int MaxFenceReloads = 5;

    /// <summary>Records a lease before anything is made.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.Fenced"/> or <see cref="ErrorReason.QuotaExceeded"/>.</exception>
    public async Task<BeginOutcome> BeginAsync(LeaseIntent intent, CancellationToken cancellationToken)
    {
        if (intent.PerWorkload is not { } limit) return await BeginUnderFencesAsync(intent, cancellationToken);
        return await quota.TakeAsync(intent, limit, cancellationToken)
            ? await BeginInPlaceAsync(intent, cancellationToken)
            : await BeginWithoutPlaceAsync(intent, cancellationToken);
    }

    /// <summary>
    /// The lease that a retry of the same request is about: a live token, which is signed again, or one whose secret is not kept or never
    /// left the broker, which is superseded.
    /// </summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.IdempotencyConflict"/> or <see cref="ErrorReason.ConcurrentUpdate"/>.</exception>
    public async Task<Lease> ReplayAsync(LeaseId id, bool sameRequest)
    {
        var earlier = await store.FindAsync(id, CancellationToken.None);
        // Nothing was ever handed out under the key, so it is free for whatever is asked now.
        if (earlier is { EndReason: EndReason.Abandoned }) return earlier;
        if (earlier is null || !sameRequest) throw Conflict(id, "The idempotency key was used for another request.");
        return earlier.State switch
        {
            LeaseState.Active => earlier,
            LeaseState.Intent => throw new RefusedException(ErrorReason.ConcurrentUpdate, "The same request is still being worked on.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            },
            _ => throw Conflict(id, $"The lease of this idempotency key is {earlier.State.ToString().ToLowerInvariant()}."),
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

    /// <summary>Ends a lease whose credential never left the broker.</summary>
    public Task AbandonAsync(Lease lease) =>
        revoker.RevokeAsync([lease], EndReason.Abandoned, RevocationPriority.Orphan, onlyIfDue: false, CancellationToken.None);

    /// <summary>
    /// The place goes back only where it is known that the lease was not recorded. Where nobody knows, it stays taken, and is free again
    /// once the lease could no longer be live: the limit may count too many for a while, and never lets too many live.
    /// </summary>
    private async Task<BeginOutcome> BeginInPlaceAsync(LeaseIntent intent, CancellationToken cancellationToken)
    {
        BeginOutcome outcome;
        try
        {
            outcome = await BeginUnderFencesAsync(intent, cancellationToken);
        }
        catch (RefusedException refusal) when (refusal.MadeNothing || refusal.Reason != ErrorReason.StoreUnavailable)
        {
            await quota.ReturnAsync([(intent.Id, intent.Terms)], CancellationToken.None);
            throw;
        }

        if (outcome is not BeginOutcome.Begun) await quota.ReturnAsync([(intent.Id, intent.Terms)], CancellationToken.None);
        return outcome;
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
        using var span = BrokerTelemetry.Spans.StartActivity("credbroker.lease.begin").About(intent.Id);
        BeginOutcome outcome = new BeginOutcome.StaleFences(0);
        for (var attempt = 0; attempt < MaxFenceReloads && outcome is BeginOutcome.StaleFences; attempt++)
        {
            if (attempt > 0) await fences.ReloadAsync(intent.Id.Bucket, cancellationToken);
            var epoch = await fences.EvaluateAsync(intent.Id, intent.Terms, cancellationToken);
            outcome = await store.BeginAsync(intent with { FenceEpoch = epoch }, cancellationToken);
        }

        span.Ended(outcome is BeginOutcome.Begun ? "begun" : "not_begun");
        return outcome;
    }

    private static RefusedException Conflict(LeaseId id, string message) => new(ErrorReason.IdempotencyConflict, message)
    {
        Metadata = new Dictionary<string, string> { ["lease_id"] = id.Value },
    };
}
