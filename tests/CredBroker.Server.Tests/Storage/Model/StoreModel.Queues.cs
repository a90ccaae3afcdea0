using CredBroker.Conformance.Stores;
using CredBroker.Leases;

namespace CredBroker.Server.Tests.Storage.Model;

/// <content>Queues of backends, and places of workloads.</content>
internal sealed partial class StoreModel
{
    private static readonly SettlementOutcome[] Outcomes =
        [SettlementOutcome.Revoked, SettlementOutcome.Revoked, SettlementOutcome.Again, SettlementOutcome.Uncounted, SettlementOutcome.Dead];

    private async Task ClaimAsync(ModelLease lease)
    {
        var priority = lease.IsQueued ? lease.Priority : RevocationPriority.Incident;

        var claim = await CallAsync(() => broker.TryClaimAsync(lease.Known, priority, Visibility));

        if (claim is null)
        {
            Hold(!lease.IsQueued || !Passed(lease.Next.AtTheLatest), "a lease that was due could not be claimed");
            return;
        }

        Hold(lease.IsQueued && MayHavePassed(lease.Next.NotBefore), $"a lease that is {lease.State} was claimed too early");
        lease.Claims++;
        lease.Attempts++;
        lease.Next = (_before + Visibility, _after + Visibility);
        Hold(claim.Claim == lease.Claims && claim.Attempts == lease.Attempts, "a claim does not count right");
        Hold(claim.Lease.BackendHandle == lease.Handle, "a claim does not tell what to undo");
        _claims.Add((lease, claim));
    }

    private async Task SettleAsync(Step step)
    {
        if (_claims.Count == 0) return;
        // Mostly the latest ones, which count.
        var (lease, claim) = _claims[^(1 + (step.Which % 4 % _claims.Count))];
        var outcome = step.Choose(Outcomes);
        var pause = TimeSpan.FromMilliseconds(step.How % 20);

        var settled = await CallAsync(() => broker.SettleAsync(claim, outcome, pause, "It said no."));

        var counts = lease.IsQueued && claim.Claim == lease.Claims;
        Hold((settled is not null) == counts, counts ? "a settlement was refused" : "a stale claim was settled");
        if (!counts) return;
        if (outcome == SettlementOutcome.Revoked)
        {
            lease.State = LeaseState.Revoked;
            lease.Generation++;
            lease.Task.Places--;
            return;
        }

        if (outcome == SettlementOutcome.Uncounted) lease.Attempts--;
        if (outcome == SettlementOutcome.Dead && lease.State == LeaseState.Revoking)
        {
            lease.State = LeaseState.Irrevocable;
            lease.Generation++;
        }

        lease.Next = (_before + pause, _after + pause);
    }

    private async Task TakePlaceAsync(ModelTask task, Step step)
    {
        var life = TimeSpan.FromMilliseconds(step.How % 3 == 0 ? 1 : 60_000);
        var intent = await broker.IntendAsync(task.Held, LeaseDraft.Token with { PerWorkload = PerWorkload, MaxTtl = life });

        var taken = await CallAsync(() => broker.Quota.TakeAsync(intent, PerWorkload, CancellationToken.None));

        // A place is held until its lease cannot live any more, counted from the instant of the script that took it.
        Hold(!taken || _places.Count(place => !MayHavePassed(place.NotBefore)) < PerWorkload, "a workload got more places than its limit");
        Hold(taken || _places.Count(place => !Passed(place.AtTheLatest)) >= PerWorkload, "a workload did not get a place that was free");
        var held = life + store.Rules.IntentLife;
        if (taken) _places.Add((_before + held, _after + held));
    }
}
