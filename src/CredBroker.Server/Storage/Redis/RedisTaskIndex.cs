using CredBroker.Tasks;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Tasks that have not ended, by the sorted set that each bucket keeps of them.</summary>
internal sealed class RedisTaskIndex(RedisStore store) : ITaskIndex
{
    public Task<BucketPage<TaskPosition>> ListAsync(int bucket, TaskPosition? after, int take, CancellationToken cancellationToken) => NewestFirst.ReadAsync(
        store, BucketKeys.Of(bucket).Tasks, after?.OpenedAt, take, Read, found => found.IsAfter(after), cancellationToken);

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
