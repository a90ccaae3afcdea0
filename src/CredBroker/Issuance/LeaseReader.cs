using System.Globalization;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>What a task token may see: the leases of its own task and of the tasks below it.</summary>
public sealed class LeaseReader(TaskGate gate, TaskTree tree, ILeaseStore store)
{
    private const int DefaultPage = 100;
    private const int MaxPage = 1_000;

    /// <summary>One lease.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/> or <see cref="ErrorReason.LeaseNotFound"/>, also for another task's.</exception>
    public async Task<Lease> GetAsync(TaskToken token, LeaseId leaseId, CancellationToken cancellationToken)
    {
        var task = await gate.ReadAsync(token, cancellationToken);
        var lease = leaseId.Bucket == task.Id.Bucket ? await store.FindAsync(leaseId, cancellationToken) : null;
        return lease is not null && new LeaseSelector { TaskId = task.Id }.Matches(lease)
            ? lease
            : throw new RefusedException(ErrorReason.LeaseNotFound, "There is no such lease.");
    }

    /// <summary>Leases, task by task from the top down, oldest first in each. The page token stays good while leases come and go.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.TaskTokenInvalid"/> or <see cref="ErrorReason.InvalidRequest"/>.</exception>
    public async Task<(IReadOnlyList<Lease> Leases, string NextPageToken)> ListAsync(
        TaskToken token, LeaseSelector selector, IReadOnlyList<LeaseState> states, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        new RequestLimits().Require(pageSize is >= 0 and <= MaxPage, "page_size", "must be 0 to 1000").ThrowIfAny();
        var take = pageSize == 0 ? DefaultPage : pageSize;
        var own = await gate.ReadAsync(token, cancellationToken);
        var tasks = await tree.ListAsync(own.Id, cancellationToken);
        var (index, skip) = ReadPosition(pageToken, tasks);
        var found = new List<Lease>();
        for (; index < tasks.Count; index++, skip = 0)
        {
            for (long? next = skip; next is { } position;)
            {
                var page = await store.ListAsync(tasks[index], position, take - found.Count, cancellationToken);
                found.AddRange(page.Leases.Where(lease => selector.Matches(lease) && (states.Count == 0 || states.Contains(lease.State))));
                next = page.Next;
                if (found.Count == take) return (found, WritePosition(tasks, index, next));
            }
        }

        return (found, "");
    }

    private static string WritePosition(IReadOnlyList<TaskId> tasks, int index, long? next)
    {
        if (next is { } position) return string.Create(CultureInfo.InvariantCulture, $"{tasks[index]}.{position}");
        return index + 1 < tasks.Count ? $"{tasks[index + 1]}.0" : "";
    }

    private static (int Index, long Skip) ReadPosition(string pageToken, IReadOnlyList<TaskId> tasks)
    {
        if (pageToken.Length == 0) return (0, 0);
        var parts = pageToken.Split('.');
        if (parts.Length == 2 && TaskId.TryParse(parts[0], out var task)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var skip))
        {
            for (var index = 0; index < tasks.Count; index++)
                if (tasks[index] == task) return (index, skip);
        }

        throw RefusedException.Invalid("page_token", "is not one that this broker gave for this request");
    }
}
