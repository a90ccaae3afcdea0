using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>What a broker does with its store, in the few words that tests need. Each step fails the test where it does not succeed.</summary>
public static class BrokerSteps
{
    public static readonly TimeSpan Visibility = TimeSpan.FromMinutes(1);

    public static Task<OpenOutcome> TryOpenAsync(this BrokerOnStore broker, HeldTask task, string digest = "digest-1") =>
        broker.Tasks.OpenAsync(task.Task, digest, CancellationToken.None);

    public static async Task<HeldTask> OpenAsync(this BrokerOnStore broker, TaskDraft? draft = null)
    {
        draft ??= new TaskDraft();
        var task = draft.Build(TimeProvider.System.GetUtcNow());
        var outcome = await broker.TryOpenAsync(task, draft.Digest);
        return outcome is OpenOutcome.Opened(var opened)
            ? task with { Task = opened }
            : throw new AssertionException($"The task was not opened: {outcome}.");
    }

    public static async Task<AgentTask> ReadAsync(this BrokerOnStore broker, HeldTask task) =>
        await broker.Tasks.FindAsync(task.Id, CancellationToken.None) ?? throw new AssertionException("The task is gone.");

    public static Task<SealOutcome> SealAsync(this BrokerOnStore broker, HeldTask task, EndReason reason = EndReason.TaskEnded) =>
        broker.Tasks.SealAsync(new SealRequest(task.Id, reason), CancellationToken.None);

    public static Task<SealOutcome> SealIfDueAsync(this BrokerOnStore broker, HeldTask task) =>
        broker.Tasks.SealAsync(new SealRequest(task.Id, EndReason.Expired) { OnlyIfDue = true }, CancellationToken.None);

    public static Task FinishAsync(this BrokerOnStore broker, HeldTask task) =>
        broker.Tasks.FinishAsync(task.Task, TimeSpan.FromHours(1), CancellationToken.None);

    public static async Task<LeaseIntent> IntendAsync(this BrokerOnStore broker, HeldTask task, LeaseDraft? draft = null)
    {
        draft ??= LeaseDraft.Token;
        var epoch = draft.FenceEpoch ?? await broker.ReadEpochAsync(task.Bucket);
        return draft.Build(task, epoch, TimeProvider.System.GetUtcNow());
    }

    public static async Task<BeginOutcome> TryBeginAsync(this BrokerOnStore broker, HeldTask task, LeaseDraft? draft = null) =>
        await broker.Leases.BeginAsync(await broker.IntendAsync(task, draft), CancellationToken.None);

    /// <summary>Records a lease: an active token, or the intent of another system's secret.</summary>
    public static async Task<Lease> BeginAsync(this BrokerOnStore broker, HeldTask task, LeaseDraft? draft = null)
    {
        var outcome = await broker.TryBeginAsync(task, draft);
        return outcome is BeginOutcome.Begun(var lease) ? lease : throw new AssertionException($"Nothing was begun: {outcome}.");
    }

    public static async Task<CommitOutcome> TryCommitAsync(
        this BrokerOnStore broker, Lease lease, string? handle = "accessor-1", TimeSpan? ttl = null, long? epoch = null) =>
        await broker.Leases.CommitAsync(lease, handle, ttl, epoch ?? await broker.ReadEpochAsync(lease.Id.Bucket), CancellationToken.None);

    /// <summary>Issues a credential: its lease is active.</summary>
    public static async Task<Lease> IssueAsync(this BrokerOnStore broker, HeldTask task, LeaseDraft? draft = null)
    {
        var lease = await broker.BeginAsync(task, draft);
        if (lease.State == LeaseState.Active) return lease;
        var outcome = await broker.TryCommitAsync(lease);
        return outcome is CommitOutcome.Committed(var committed) ? committed : throw new AssertionException($"Nothing was committed: {outcome}.");
    }

    public static async Task<RenewOutcome> TryRenewAsync(
        this BrokerOnStore broker, HeldTask task, Lease lease, TimeSpan ttl, long? epoch = null, TimeSpan? granted = null) =>
        await broker.Leases.RenewAsync(
            lease, new LeaseRenewal(task.Token.SecretHash, ttl, epoch ?? await broker.ReadEpochAsync(lease.Id.Bucket)) { Granted = granted }, CancellationToken.None);

    public static async Task<Lease> ReadAsync(this BrokerOnStore broker, Lease lease) =>
        await broker.Leases.FindAsync(lease.Id, CancellationToken.None) ?? throw new AssertionException("The lease is gone.");

    public static Task<IReadOnlyList<Lease>> TryRevokeAsync(
        this BrokerOnStore broker, IReadOnlyList<Lease> leases, EndReason reason = EndReason.Operator,
        RevocationPriority priority = RevocationPriority.Incident, bool onlyIfDue = false) =>
        broker.Leases.RevokeAsync(new RevokeRequest(leases, reason, priority) { OnlyIfDue = onlyIfDue }, CancellationToken.None);

    public static async Task<Lease> RevokeAsync(
        this BrokerOnStore broker, Lease lease, EndReason reason = EndReason.Operator, RevocationPriority priority = RevocationPriority.Incident)
    {
        var changed = await broker.TryRevokeAsync([lease], reason, priority);
        return changed.Count == 1 ? changed[0] : throw new AssertionException("Nothing was revoked.");
    }

    public static Task<ClaimedRevocation?> TryClaimAsync(
        this BrokerOnStore broker, Lease lease, RevocationPriority priority = RevocationPriority.Incident, TimeSpan? visibility = null) =>
        broker.Backlog.ClaimAsync(
            lease.Terms.BackendKey, new QueuedRevocation(lease.Id, priority), visibility ?? Visibility, CancellationToken.None);

    public static async Task<ClaimedRevocation> ClaimAsync(
        this BrokerOnStore broker, Lease lease, RevocationPriority priority = RevocationPriority.Incident, TimeSpan? visibility = null) =>
        await broker.TryClaimAsync(lease, priority, visibility) ?? throw new AssertionException("There was nothing to claim.");

    public static Task<Lease?> SettleAsync(
        this BrokerOnStore broker, ClaimedRevocation claim, SettlementOutcome outcome, TimeSpan pause = default, string? error = null) =>
        broker.Backlog.SettleAsync(claim, new RevocationSettlement(outcome, pause, error), CancellationToken.None);

    public static async Task<FeedSlice> ReadLogAsync(this BrokerOnStore broker, FeedCursor? since = null) =>
        await broker.Log.ReadAsync(since, CancellationToken.None);

    public static async Task<long> ReadEpochAsync(this BrokerOnStore broker, int bucket) =>
        (await broker.Fences.ReadAsync(bucket, CancellationToken.None)).Epoch;

    /// <summary>What of a task is due now: its leases and itself.</summary>
    public static async Task<IReadOnlyList<string>> ReadDueAsync(this BrokerOnStore broker, HeldTask task)
    {
        var batches = await broker.Due.ReadDueAsync(LeasePage.Size, CancellationToken.None);
        var leases = batches.SelectMany(batch => batch.Leases).Where(lease => lease.Terms.TaskId == task.Id).Select(lease => lease.Id.Value);
        return [.. leases, .. batches.SelectMany(batch => batch.Tasks).Where(due => due == task.Id).Select(due => due.Value)];
    }
}
