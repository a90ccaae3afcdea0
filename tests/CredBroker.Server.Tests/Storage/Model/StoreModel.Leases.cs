using CredBroker.Conformance.Stores;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Server.Tests.Storage.Model;

/// <content>Leases, from their record to the record of their end.</content>
internal sealed partial class StoreModel
{
    private static readonly TimeSpan[] Ttls = [TimeSpan.FromMinutes(5), TimeSpan.FromMilliseconds(60), TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(2)];
    private static readonly EndReason[] Reasons = [EndReason.Released, EndReason.Operator, EndReason.TaskEnded];
    private static readonly RevocationPriority[] Classes = Enum.GetValues<RevocationPriority>();

    private async Task BeginAsync(ModelTask task, LeaseDraft kind, Step step)
    {
        var draft = kind with { Ttl = step.Choose(Ttls), MaxTtl = TimeSpan.FromMinutes(15), PerTask = PerTask, Template = "model" };
        var intent = await broker.IntendAsync(task.Held, draft);

        var outcome = await CallAsync(() => broker.Leases.BeginAsync(intent, CancellationToken.None));

        if (outcome is BeginOutcome.Begun(var lease))
        {
            Hold(task.State == TaskState.Open, "a lease was begun under a task that is not open");
            Hold(!Passed(task.Deadline), "a lease was begun under a task past its deadline");
            Hold(task.Places < PerTask, "a task got more leases than its limit");
            Hold(lease.IssuedAt >= _before && lease.IssuedAt <= _after, "a lease is not dated by the store's clock");
            task.Places++;
            _leases.Add(new ModelLease(task, lease));
            return;
        }

        var over = task.State != TaskState.Open || MayHavePassed(task.Deadline);
        Hold(
            (over && outcome == new BeginOutcome.Refused(ErrorReason.TaskEnded)) || (task.Places >= PerTask && outcome == new BeginOutcome.Refused(ErrorReason.QuotaExceeded)),
            $"a lease was not begun: {outcome}");
    }

    private async Task RecordHandleAsync(ModelLease lease)
    {
        var taken = await CallAsync(() => broker.Leases.RecordHandleAsync(lease.Known, $"handle-{lease.Generation}", CancellationToken.None));

        // Its broker knows the lease as it was begun, or as it was committed.
        var current = lease.State == LeaseState.Intent;
        Hold(taken == current, $"the handle of a lease that is {lease.State} was {(taken ? "taken" : "refused")}");
        if (!current && !lease.IsQueued) return;
        lease.Handle = $"handle-{lease.Generation}";
        if (current) lease.Since = (_before, _after);
        if (!lease.IsQueued) return;
        lease.Claims++;
        lease.Next = (_before, _after);
    }

    private async Task CommitAsync(ModelLease lease)
    {
        var outcome = await CallAsync(() => broker.TryCommitAsync(lease.Known, "accessor"));

        if (lease.State != LeaseState.Intent)
        {
            Hold(outcome is CommitOutcome.Ended, $"a lease that is {lease.State} was committed: {outcome}");
            if (!lease.IsQueued) return;
            lease.Handle = "accessor";
            lease.Claims++;
            lease.Next = (_before, _after);
            return;
        }

        if (outcome is CommitOutcome.Committed(var committed))
        {
            Hold(lease.Task.State == TaskState.Open && !Passed(lease.Task.Deadline) && !Passed(lease.ExpiresAt), "a credential left under a task or lease that is over");
            (lease.State, lease.Handle, lease.Known) = (LeaseState.Active, "accessor", committed);
            lease.Generation++;
            return;
        }

        var over = lease.Task.State != TaskState.Open || MayHavePassed(lease.Task.Deadline) || MayHavePassed(lease.ExpiresAt);
        Hold(outcome is CommitOutcome.TaskEnded && over, $"a lease was not committed: {outcome}");
    }

    private async Task RenewAsync(ModelLease lease, Step step)
    {
        var ttl = step.Choose(Ttls);

        var outcome = await CallAsync(() => broker.TryRenewAsync(lease.Task.Held, lease.Known, ttl));

        if (outcome is RenewOutcome.Renewed(var renewed, var at))
        {
            Hold(lease.Task.State == TaskState.Open && !Passed(lease.Task.Deadline), "a lease was renewed under a task that is over");
            Hold(lease.State == LeaseState.Active && !Passed(lease.ExpiresAt), $"a lease that is {lease.State} was renewed");
            var wanted = at + ttl < lease.Known.MaxExpiresAt ? at + ttl : lease.Known.MaxExpiresAt;
            lease.ExpiresAt = wanted > lease.ExpiresAt ? wanted : lease.ExpiresAt;
            lease.Generation++;
            lease.Known = renewed;
            return;
        }

        var over = lease.Task.State != TaskState.Open || MayHavePassed(lease.Task.Deadline);
        var dead = lease.State != LeaseState.Active || MayHavePassed(lease.ExpiresAt);
        var full = lease.ExpiresAt >= lease.Known.MaxExpiresAt;
        Hold(
            outcome is RenewOutcome.Refused(var reason) && reason switch
            {
                ErrorReason.TaskEnded => over,
                ErrorReason.LeaseNotRenewable => dead,
                ErrorReason.MaxTtlReached => full,
                _ => false,
            },
            $"a lease was not renewed: {outcome}");
    }

    private async Task RevokeAsync(ModelLease lease, Step step)
    {
        var (reason, priority) = (step.Choose(Reasons), step.Choose(Classes));

        var changed = await CallAsync(() => broker.TryRevokeAsync([lease.Known], reason, priority));

        Hold((changed.Count == 1) == (lease.State is LeaseState.Intent or LeaseState.Active), $"{changed.Count} leases that are {lease.State} were revoked");
        if (changed.Count == 1) NoteEnd(lease, changed[0], reason, priority);
    }

    private async Task ExpireAsync()
    {
        var batches = await CallAsync(() => broker.Due.ReadDueAsync(LeasePage.Size, CancellationToken.None));

        var due = batches.SelectMany(batch => batch.Leases).Select(lease => lease.Id).ToHashSet();
        var live = _leases.Where(lease => lease.State is LeaseState.Intent or LeaseState.Active).ToList();
        foreach (var lease in live)
        {
            var (notBefore, atTheLatest) = lease.Due(store.Rules.IntentLife);
            Hold(due.Contains(lease.Known.Id) ? MayHavePassed(notBefore) : !Passed(atTheLatest), "a lease is due too early or not at all");
        }

        foreach (var lease in live.Where(lease => due.Contains(lease.Known.Id))) await ExpireAsync(lease);
        foreach (var id in batches.SelectMany(batch => batch.Tasks)) await ExpireAsync(_tasks.Single(task => task.Held.Id == id));
    }

    private async Task ExpireAsync(ModelLease lease)
    {
        var changed = await CallAsync(() => broker.TryRevokeAsync([lease.Known], EndReason.Expired, RevocationPriority.Expiry, onlyIfDue: true));

        Hold(changed.Count == 1, "a lease that was due did not expire");
        NoteEnd(lease, changed[0], EndReason.Expired, RevocationPriority.Expiry);
    }

    private void NoteEnd(ModelLease lease, Lease changed, EndReason reason, RevocationPriority priority)
    {
        Hold(!lease.IsOver, "a lease that was over ended again");
        var (notBefore, atTheLatest) = lease.State == LeaseState.Active ? (_before, _after) : lease.Due(store.Rules.IntentLife);
        lease.Generation++;
        lease.EndReason = reason;
        if (!lease.IsSecret)
        {
            lease.State = LeaseState.Revoked;
            lease.IsTold = changed.ConfirmedAt < lease.ExpiresAt;
            lease.Task.Places--;
            return;
        }

        lease.State = LeaseState.Revoking;
        lease.Priority = priority;
        lease.Next = (notBefore > _before ? notBefore : _before, atTheLatest > _after ? atTheLatest : _after);
    }
}
