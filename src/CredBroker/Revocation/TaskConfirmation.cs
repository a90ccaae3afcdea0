using CredBroker.Leases;

namespace CredBroker.Revocation;

/// <summary>Waits for what backends have still to say about the leases of a task that is over.</summary>
public sealed class TaskConfirmation(ILeaseIndex leases, TimeProvider time)
{
    private const int AtOnce = 500;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Waits until nothing is pending, or for as long as the caller is willing to; returns the receipt as it then stands.</summary>
    public async Task<TaskReceipt> WaitAsync(EndedTask ended, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + atMost;
        for (var pause = FirstPause; ended.Pending.Count > 0 && time.GetUtcNow() < until;)
        {
            await Task.Delay(Shorter(pause, until - time.GetUtcNow()), time, cancellationToken);
            var before = ended.Pending.Count;
            ended = await LookAtFirstAsync(ended, cancellationToken);
            pause = ended.Pending.Count < before ? FirstPause : Shorter(pause * 2, LongestPause);
        }

        // The last word is said of all of them.
        foreach (var some in ended.Pending.Skip(AtOnce).Chunk(AtOnce)) ended = await LookAsync(ended, some, cancellationToken);
        return ended.Receipt;
    }

    /// <summary>Looks from the first on, and no further than to one that is pending: as long as it is, there is nothing to come back with.</summary>
    private async Task<EndedTask> LookAtFirstAsync(EndedTask ended, CancellationToken cancellationToken)
    {
        int asked, before;
        do
        {
            (asked, before) = (Math.Min(AtOnce, ended.Pending.Count), ended.Pending.Count);
            ended = await LookAsync(ended, [.. ended.Pending.Take(AtOnce)], cancellationToken);
        }
        while (ended.Pending.Count > 0 && ended.Pending.Count == before - asked);
        return ended;
    }

    private async Task<EndedTask> LookAsync(EndedTask ended, IReadOnlyList<LeaseId> some, CancellationToken cancellationToken) =>
        ended.After(some, await leases.ReadAsync(some, cancellationToken));

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
