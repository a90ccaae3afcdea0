using CredBroker.Leases;

namespace CredBroker.TestHost;

/// <summary>A store of quarantines that dies after some of its steps.</summary>
internal sealed class CrashingQuarantineStore(IQuarantineStore inner, CrashPoint crash) : IQuarantineStore
{
    public async Task<RefusalCount> CountAsync(RefusedTask task, Quarantine proposed, int most, TimeSpan window, CancellationToken cancellationToken)
    {
        var count = await inner.CountAsync(task, proposed, most, window, cancellationToken);
        if (count.IsNew) crash.Reached("after-quarantine");
        return count;
    }

    public async Task<WorkloadRefusalCount> CountWorkloadAsync(
        string tenant, string workload, Quarantine? proposed, int most, TimeSpan window, CancellationToken cancellationToken)
    {
        var count = await inner.CountWorkloadAsync(tenant, workload, proposed, most, window, cancellationToken);
        if (count.IsNew) crash.Reached("after-workload-quarantine");
        return count;
    }

    public Task<Quarantine?> FindOfWorkloadAsync(string tenant, string workload, CancellationToken cancellationToken) =>
        inner.FindOfWorkloadAsync(tenant, workload, cancellationToken);

    public Task<Quarantine?> FindAsync(IReadOnlyList<TaskId> tasks, CancellationToken cancellationToken) => inner.FindAsync(tasks, cancellationToken);

    public Task<IReadOnlyList<Quarantine>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public async Task<bool> ChangeAsync(Quarantine quarantine, Quarantine next, CancellationToken cancellationToken)
    {
        if (quarantine.IsOwed && !next.IsOwed) crash.Reached("before-quarantine-settled");
        return await inner.ChangeAsync(quarantine, next, cancellationToken);
    }

    public async Task<bool> RemoveAsync(Quarantine quarantine, CancellationToken cancellationToken)
    {
        crash.Reached("before-quarantine-removed");
        return await inner.RemoveAsync(quarantine, cancellationToken);
    }
}
