namespace CredBroker.Tasks;

/// <summary>A task and the tasks below it, parents before children.</summary>
public sealed class TaskTree(ITaskStore tasks)
{
    /// <summary>The ids of the whole tree, from the top down.</summary>
    public async Task<IReadOnlyList<TaskId>> ListAsync(TaskId root, CancellationToken cancellationToken)
    {
        var all = new List<TaskId> { root };
        for (var i = 0; i < all.Count; i++) all.AddRange(await tasks.ListChildrenAsync(all[i], cancellationToken));
        return all;
    }
}
