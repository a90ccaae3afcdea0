namespace CredBroker.Client;

/// <summary>What became of a task's credentials when it ended.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Total">All leases that the task and its child tasks had and that the broker still remembers.</param>
/// <param name="Confirmed">Those that are confirmed dead.</param>
/// <param name="Pending">Those whose end is recorded but not confirmed yet.</param>
/// <param name="Irrevocable">Those that could not be revoked.</param>
/// <param name="ChildTasks">Child tasks that ended with it.</param>
/// <param name="EndedAt">When it ended, by the broker's clock.</param>
/// <param name="Leases">The first 500 leases, one by one.</param>
public sealed record TaskReceipt(
    string TaskId,
    long Total,
    long Confirmed,
    long Pending,
    long Irrevocable,
    long ChildTasks,
    DateTimeOffset EndedAt,
    IReadOnlyList<LeaseReceipt> Leases);
