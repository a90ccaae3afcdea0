using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Tasks;
using Span = System.Diagnostics.Activity;

namespace CredBroker.Issuance;

/// <summary>
/// Has the credential of a recorded lease made. What another system makes goes by steps, each of them durable before the
/// next: reserve, handle, mint, commit. It goes on when the caller hangs up, for what was begun must be known to its end.
/// </summary>
public sealed class CredentialMaker(ILeaseStore store, FenceBook fences, LeaseRecorder recorder)
{
    private const int MaxFenceReloads = 5;

    /// <summary>Makes it.</summary>
    /// <exception cref="RefusedException">
    /// <see cref="ErrorReason.BackendUnavailable"/>, <see cref="ErrorReason.TaskEnded"/> or <see cref="ErrorReason.Fenced"/>; whatever may
    /// have been made is on its way to be revoked.
    /// </exception>
    public async Task<IssuedCredential> MakeAsync(Lease lease, IssuePlan plan, AgentTask task)
    {
        if (lease.Terms.IsBrokerMinted)
            return new IssuedCredential(lease, (await MintAsync(lease, plan, Reservation.None, task)).Credential);

        var reservation = Reservation.None;
        Minted? minted = null;
        var isKnown = true;
        try
        {
            reservation = await ReserveAsync(lease, plan);
            lease = await RecordAsync(lease, reservation);
            isKnown = false;
            minted = await MintAsync(lease, plan, reservation, task);
            isKnown = true;
            var committed = await CommitAsync(lease, minted);
            return new IssuedCredential(committed, minted.Credential.Until(committed.ExpiresAt));
        }
        catch (Exception fault)
        {
            await recorder.AbandonAsync(lease);
            // Telling the store what was made, or that nothing was, lets it be revoked now and not after the longest time that making takes.
            if (isKnown || fault is RefusedException { MadeNothing: true })
                await store.CommitAsync(lease, minted?.Handle ?? reservation.Handle, minted?.Ttl, fenceEpoch: -1, CancellationToken.None);
            throw;
        }
    }

    private static async ValueTask<Reservation> ReserveAsync(Lease lease, IssuePlan plan)
    {
        using var span = Begin("credbroker.backend.reserve", lease);
        return await plan.Backend.ReserveAsync(lease, plan.Template, CancellationToken.None);
    }

    private static async ValueTask<Minted> MintAsync(Lease lease, IssuePlan plan, Reservation reservation, AgentTask task)
    {
        using var span = Begin("credbroker.backend.mint", lease);
        return await plan.Backend.MintAsync(lease, reservation, task, lease.IssuedAt, CancellationToken.None);
    }

    private static Span? Begin(string name, Lease lease) =>
        BrokerTelemetry.Spans.StartActivity(name).About(lease.Id)?.SetTag("credbroker.backend", lease.Terms.Backend);

    private async Task<Lease> RecordAsync(Lease lease, Reservation reservation)
    {
        if (reservation.Handle is not { } handle) return lease;
        return await store.RecordHandleAsync(lease, handle, CancellationToken.None) ? lease with { BackendHandle = handle } : throw Over();
    }

    private async Task<Lease> CommitAsync(Lease lease, Minted minted)
    {
        using var span = Begin("credbroker.lease.commit", lease);
        for (var attempt = 0; attempt < MaxFenceReloads; attempt++)
        {
            var epoch = await fences.EvaluateAsync(lease.Id, lease.Terms, CancellationToken.None);
            switch (await store.CommitAsync(lease, minted.Handle ?? lease.BackendHandle, minted.Ttl, epoch, CancellationToken.None))
            {
                case CommitOutcome.Committed(var committed):
                    return committed;
                case CommitOutcome.StaleFences:
                    await fences.ReloadAsync(lease.Id.Bucket, CancellationToken.None);
                    continue;
                case CommitOutcome.ClockFault:
                    throw StoreClock.Fault();
                default:
                    throw Over();
            }
        }

        throw new RefusedException(ErrorReason.ConcurrentUpdate, "Fences are changing; try again.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }

    private static RefusedException Over() => new(ErrorReason.TaskEnded, "The task ended while the credential was being made.");
}
