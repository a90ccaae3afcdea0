using CredBroker.Conformance.Stores;
using CredBroker.Leases;
using CredBroker.Revocation;

namespace CredBroker.Server.Tests.Storage.Model;

/// <summary>
/// What a store has to look like after some steps. A step's script runs at an instant that is only known to lie between two
/// readings of the store's clock; where the outcome hangs on it, either is right.
/// </summary>
internal sealed partial class StoreModel(IStoreUnderTest store, BrokerOnStore broker)
{
    private const int PerTask = 3;
    private const int PerWorkload = 4;
    private const string Backend = "vault:model";
    private const string Workload = "spiffe://acme.example/agent/model";

    private static readonly TimeSpan Visibility = TimeSpan.FromMilliseconds(25);

    private readonly List<ModelTask> _tasks = [];
    private readonly List<ModelLease> _leases = [];
    private readonly List<(ModelLease Lease, ClaimedRevocation Claim)> _claims = [];
    private readonly List<(DateTimeOffset NotBefore, DateTimeOffset AtTheLatest)> _places = [];
    private FeedCursor? _start;
    private DateTimeOffset _before;
    private DateTimeOffset _after;

    /// <summary>Runs the steps, holding every outcome and in the end every record and the log against the model.</summary>
    public async Task RunAsync(Run run)
    {
        _start = (await broker.ReadLogAsync()).Cursor;
        foreach (var step in run.Steps) await TakeAsync(step);
        foreach (var task in _tasks) await CheckAsync(task);
        foreach (var lease in _leases) await CheckAsync(lease);
        await CheckLogAsync();
    }

    private Task TakeAsync(Step step) => step.Verb switch
    {
        Verb.OpenRoot => OpenAsync(parent: null, step),
        Verb.OpenChild => OnTaskAsync(step, task => OpenAsync(task, step)),
        Verb.BeginToken => OnTaskAsync(step, task => BeginAsync(task, LeaseDraft.Token, step)),
        Verb.BeginSecret => OnTaskAsync(step, task => BeginAsync(task, LeaseDraft.Secret with { Backend = Backend }, step)),
        Verb.RecordHandle => OnLeaseAsync(step, lease => lease.IsSecret, RecordHandleAsync),
        Verb.Commit => OnLeaseAsync(step, lease => lease.IsSecret, CommitAsync),
        Verb.Renew => OnLeaseAsync(step, _ => true, lease => RenewAsync(lease, step)),
        Verb.Heartbeat => OnTaskAsync(step, HeartbeatAsync),
        Verb.Revoke => OnLeaseAsync(step, _ => true, lease => RevokeAsync(lease, step)),
        Verb.Seal => OnTaskAsync(step, SealAsync),
        Verb.Finish => OnTaskAsync(step, FinishAsync),
        Verb.Expire => ExpireAsync(),
        Verb.Claim => OnLeaseAsync(step, lease => lease.IsSecret, ClaimAsync),
        Verb.Settle => SettleAsync(step),
        Verb.TakePlace => OnTaskAsync(step, task => TakePlaceAsync(task, step)),
        _ => PassAsync(step),
    };

    private Task OnTaskAsync(Step step, Func<ModelTask, Task> act) => _tasks.Count == 0 ? Task.CompletedTask : act(_tasks[step.Which % _tasks.Count]);

    private Task OnLeaseAsync(Step step, Func<ModelLease, bool> fits, Func<ModelLease, Task> act)
    {
        var fitting = _leases.Where(fits).ToList();
        return fitting.Count == 0 ? Task.CompletedTask : act(fitting[step.Which % fitting.Count]);
    }

    /// <summary>Makes a call and notes between which instants its script ran.</summary>
    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        var before = await store.ReadTimeAsync();
        // The scripts know milliseconds.
        _before = DateTimeOffset.FromUnixTimeMilliseconds(before.ToUnixTimeMilliseconds());
        var outcome = await call();
        _after = await store.ReadTimeAsync();
        return outcome;
    }

    /// <summary>Whether an instant had surely come when the last call's script ran.</summary>
    private bool Passed(DateTimeOffset instant) => _before >= instant;

    /// <summary>Whether it may have.</summary>
    private bool MayHavePassed(DateTimeOffset instant) => _after >= instant;

    private async Task PassAsync(Step step)
    {
        var until = await store.ReadTimeAsync() + TimeSpan.FromMilliseconds(5 + (step.How % 30));
        while (await store.ReadTimeAsync() < until) await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
    }

    private static void Hold(bool holds, string what)
    {
        if (!holds) throw new AssertionException(what);
    }

    private async Task CheckAsync(ModelTask task)
    {
        var stored = await broker.ReadAsync(task.Held);
        Hold(stored.State == task.State, $"{task.Held.Id} is {stored.State} and has to be {task.State}");
        Hold(stored.Deadline == task.Deadline, $"the deadline of {task.Held.Id} has moved");
        Hold(stored.HeartbeatDeadline == task.HeartbeatDeadline, $"the heartbeat deadline of {task.Held.Id} is another");
        Hold(task.Parent is null || task.Deadline <= task.Parent.Deadline, $"{task.Held.Id} outlives its parent");
    }

    private async Task CheckAsync(ModelLease lease)
    {
        var stored = await broker.ReadAsync(lease.Known);
        var has = (stored.State, stored.Generation, stored.ExpiresAt, stored.BackendHandle, stored.EndReason);
        var must = (lease.State, lease.Generation, lease.ExpiresAt, lease.Handle, lease.EndReason);
        Hold(has == must, $"{stored.Id} is {has} and has to be {must}");
        Hold(stored.ExpiresAt <= stored.MaxExpiresAt, $"{stored.Id} outlives its maximum");
        Hold(stored.MaxExpiresAt <= lease.Task.Deadline, $"{stored.Id} outlives its task");
        Hold(stored.ConfirmedAt.HasValue == (stored.State == LeaseState.Revoked), $"{stored.Id} is {stored.State}, confirmed {stored.ConfirmedAt}");
    }

    private async Task CheckLogAsync()
    {
        var slice = await broker.ReadLogAsync(_start);
        var told = slice.Events.Select(dead => dead.LeaseId.Value).Order(StringComparer.Ordinal).ToList();
        var must = _leases.Where(lease => lease.IsTold).Select(lease => lease.Known.Id.Value).Order(StringComparer.Ordinal).ToList();
        Hold(!slice.Reset && told.SequenceEqual(must), $"verifiers heard of {string.Join(' ', told)} and have to of {string.Join(' ', must)}");
    }
}
