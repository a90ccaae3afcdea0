using System.Text.RegularExpressions;
using CredBroker.Audit;
using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>What is over leaves nothing behind but what goes by itself and what is bounded.</summary>
public abstract partial class LeftoverConformance(IStoreForm form) : StoreConformance(form)
{
    private const int Short = 1_500;
    private const int Full = 10_000;
    private const int PerTask = 125;

    [Test]
    public Task Run_ManyLeasesOverManyTasks_LeavesNothingBehind() => RunAsync(Short);

    [Test, Category("Long")]
    public Task Run_TenThousandLeasesOverManyTasks_LeavesNothingBehind() => RunAsync(Full);

    private async Task RunAsync(int leases)
    {
        await Store.EmptyAsync();
        var fence = await Broker.Fences.RaiseAsync(Fence(), None);
        foreach (var batch in Enumerable.Range(0, leases / PerTask).Chunk(4)) await Task.WhenAll(batch.Select(LiveAsync));
        await DrainBackendAsync();
        await DrainOutboxAsync();
        await Broker.Fences.LiftAsync(fence.Id, None);

        var keys = await Store.ScanAsync();

        Assert.That(keys.Where(key => key.TimeToLive is null && !MayStay().IsMatch(key.Name)).Select(key => key.Name), Is.Empty);
        Assert.That(keys.Where(key => key.TimeToLive is not null && !Fades().IsMatch(key.Name)).Select(key => key.Name), Is.Empty);
        Assert.That(keys.Where(key => key.Name.EndsWith(":feed", StringComparison.Ordinal)).Max(key => key.Length), Is.LessThanOrEqualTo(Store.Rules.FeedLength));
        Assert.That(keys.Where(key => key.Name.Contains(":L:", StringComparison.Ordinal)), Has.Exactly(leases).Items);
        var longest = TimeSpan.FromHours(2) + Store.Rules.Remember;
        Assert.That(keys.Max(key => key.TimeToLive), Is.LessThanOrEqualTo(longest));
    }

    /// <summary>The life of a task with a child and with leases of every kind, ended in every way.</summary>
    private async Task LiveAsync(int number)
    {
        var root = await Broker.OpenAsync(new TaskDraft { TaskRef = $"run/{number}", Subject = $"spiffe://acme.example/agent/{number % 7}" });
        var child = await Broker.OpenAsync(new TaskDraft { Parent = root, TaskRef = "below" });
        var leases = await Task.WhenAll(Enumerable.Range(0, PerTask).Select(i => LiveAsync(i % 3 == 0 ? child : root, i)));
        await Broker.TryRevokeAsync([.. leases.Take(20)], EndReason.Released, RevocationPriority.TaskEnd);
        await EndAsync(child);
        await EndAsync(root);
    }

    private async Task<Lease> LiveAsync(HeldTask task, int number)
    {
        var draft = (number % 4) switch
        {
            0 => LeaseDraft.Token with { PerTask = 1_000, IdempotencyKey = $"key-{number}" },
            1 => LeaseDraft.Token with { PerWorkload = 1_000_000 },
            2 => LeaseDraft.Secret with { PerTask = 1_000, PerWorkload = 1_000_000 },
            _ => LeaseDraft.Token with { Template = $"template-{number % 9}" },
        };
        var intent = await Broker.IntendAsync(task, draft);
        if (draft.PerWorkload is { } limit) await Broker.Quota.TakeAsync(intent, limit, None);
        var lease = ((BeginOutcome.Begun)await Broker.Leases.BeginAsync(intent, None)).Lease;
        // Some secrets are never committed: what was begun for them has to go as well.
        if (lease.State == LeaseState.Intent && number % 8 == 2) return lease;
        if (lease.State == LeaseState.Intent) return ((CommitOutcome.Committed)await Broker.TryCommitAsync(lease)).Lease;
        return number % 5 == 0 ? ((RenewOutcome.Renewed)await Broker.TryRenewAsync(task, lease, TimeSpan.FromMinutes(7))).Lease : lease;
    }

    private async Task EndAsync(HeldTask task)
    {
        await Broker.SealAsync(task);
        for (long? next = 0; next is { } skip;)
        {
            var page = await Broker.Leases.ListAsync(task.Id, skip, RevokeRequest.MaxLeases, None);
            var changed = await Broker.TryRevokeAsync(page.Leases, EndReason.TaskEnded, RevocationPriority.TaskEnd);
            await ReturnPlacesAsync(changed);
            next = page.Next;
        }

        await Broker.FinishAsync(task);
    }

    private Task ReturnPlacesAsync(IReadOnlyList<Lease> leases) => Broker.Quota.ReturnAsync(
        [.. leases.Where(lease => lease.State == LeaseState.Revoked && lease.Terms.CountsPerWorkload).Select(lease => (lease.Id, lease.Terms))], None);

    private Task DrainBackendAsync() => UntilAsync(
        async () =>
        {
            foreach (var entry in await Broker.Backlog.ReadDueAsync(LeaseDraft.OtherSystem, 500, None))
            {
                if (await Broker.Backlog.ClaimAsync(LeaseDraft.OtherSystem, entry, BrokerSteps.Visibility, None) is not { } claim) continue;
                var settled = await Broker.SettleAsync(claim, SettlementOutcome.Revoked);
                await ReturnPlacesAsync([settled!]);
            }

            return (await Broker.Backlog.CountAsync([LeaseDraft.OtherSystem], None)).Waiting == 0;
        },
        "the backend has confirmed everything");

    private Task DrainOutboxAsync() => UntilAsync(
        async () =>
        {
            IReadOnlyList<OwedAudit> owed = await Broker.Outbox.ReadOwedAsync(-Store.Rules.ClockBound, 500, None);
            await Broker.Outbox.SettleAsync(owed, None);
            return owed.Count == 0;
        },
        "the audit trail owes nothing");

    private static Fence Fence() => new()
    {
        Id = FenceId.New(TimeProvider.System.GetUtcNow()),
        Selectors = [new LeaseSelector { Tenant = "nobody" }],
        Reason = "a test",
        RaisedBy = "kim",
        RaisedAt = TimeProvider.System.GetUtcNow(),
    };

    /// <summary>What the broker keeps for ever: a few keys a bucket, and what stands for the whole store.</summary>
    [GeneratedRegex(@"\Acb:(\{b[0-9a-f]{2}\}:(hwm|fseq|fence_epoch|feed|fences)|\{meta\}:(buckets|epoch|fences|fence_seq|fence_feed))\z")]
    private static partial Regex MayStay();

    /// <summary>What goes by itself: tombstones, what is listed of an ended task, idempotency keys, the snapshot of what is dead, places.</summary>
    [GeneratedRegex(@"\Acb:\{b[0-9a-f]{2}\}:(L:|T:|TL:|TC:|ref:|idem:|rv\z|qw:)")]
    private static partial Regex Fades();
}
