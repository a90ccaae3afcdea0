using CredBroker.Tasks;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Tasks that have not ended, by the sorted set that each bucket keeps of them.</summary>
internal sealed class RedisTaskIndex(RedisStore store) : ITaskIndex
{
    /// <summary>How many tasks of one millisecond are expected to lie before the place to go on from.</summary>
    private const int Ties = 8;

    public async Task<BucketPage<TaskPosition>> ListAsync(int bucket, TaskPosition? after, int take, CancellationToken cancellationToken)
    {
        double from = after?.OpenedAt.ToUnixTimeMilliseconds() ?? double.PositiveInfinity;
        for (var limit = after is null ? take : take + Ties; ; limit *= 2)
        {
            var count = limit;
            var entries = await store.GuardAsync(
                database => database.SortedSetRangeByScoreWithScoresAsync(
                    BucketKeys.Of(bucket).Tasks, double.NegativeInfinity, from, order: Order.Descending, take: count),
                cancellationToken);
            var positions = entries.Select(Read).Where(found => found.IsAfter(after)).ToList();
            var isLast = entries.Length < limit;
            if (isLast || positions.Count > 0) return new BucketPage<TaskPosition>(positions, isLast);
        }
    }

    public async Task<IReadOnlyList<AgentTask>> ReadAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken)
    {
        var fields = await store.GuardAsync(
            database => Task.WhenAll(ids.Select(id => database.HashGetAsync(BucketKeys.Of(id.Bucket).Task(id), TaskCodec.Fields))), cancellationToken);
        return [.. ids.Select((id, i) => TryRead(id, fields[i])).OfType<AgentTask>()];
    }

    private AgentTask? TryRead(TaskId id, RedisValue[] fields)
    {
        try
        {
            return TaskCodec.Read(id, fields);
        }
        catch (FormatException)
        {
            store.Unreadable.Note(id.Value);
            return null;
        }
    }

    private static TaskPosition Read(SortedSetEntry entry) => new(Instant.Read((long)entry.Score), TaskId.Parse((string)entry.Element!));
}
