using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>What became of the credentials of a task and of the tasks below it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Total">Leases that are still remembered.</param>
/// <param name="Confirmed">Those whose end is confirmed.</param>
/// <param name="Pending">Those whose end is recorded and not confirmed yet.</param>
/// <param name="Irrevocable">Those that could not be revoked.</param>
/// <param name="Leases">The first of them; listing has the rest.</param>
/// <param name="EndedAt">When the task was sealed.</param>
/// <param name="ChildTasks">Tasks below it.</param>
public sealed record TaskReceipt(
    TaskId TaskId,
    long Total,
    long Confirmed,
    long Pending,
    long Irrevocable,
    IReadOnlyList<Lease> Leases,
    DateTimeOffset EndedAt,
    int ChildTasks)
{
    /// <summary>How many leases a receipt names.</summary>
    public const int MaxLeases = 500;
}
