using System.Text.Json;
using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Refusals and quarantines in Redis, each in the bucket of its task. They take from tasks and give nothing, so a full store takes them too.</summary>
internal sealed class RedisQuarantineStore(RedisStore store) : IQuarantineStore
{
    public async Task<RefusalCount> CountAsync(RefusedTask task, Quarantine proposed, int most, TimeSpan window, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(task.Id.Bucket);
        var reply = await store.RunAsync(
            LuaScript.CountRefusal,
            [keys.Task(task.Id), keys.RefusalsOf(task.Id), keys.Quarantines],
            [task.TokenHash, most, Instant.Write(window), Write(proposed), task.Id.Value, .. task.Ancestors.Select(ancestor => (RedisValue)ancestor.Value)],
            cancellationToken);
        return reply.Code is "NEW" or "STANDS" ? new RefusalCount(Read(reply.Text(0)), reply.Code == "NEW") : new RefusalCount(null, IsNew: false);
    }

    public async Task<long> CountWorkloadAsync(string tenant, string workload, TimeSpan window, CancellationToken cancellationToken)
    {
        var reply = await store.RunAsync(LuaScript.CountWorkload, [BucketKeys.RefusalsOf(tenant, workload)], [Instant.Write(window)], cancellationToken);
        return reply.Number(0);
    }

    public async Task<Quarantine?> FindAsync(IReadOnlyList<TaskId> tasks, CancellationToken cancellationToken)
    {
        RedisValue[] fields = [.. tasks.Select(task => (RedisValue)task.Value)];
        var found = await store.GuardAsync(database => database.HashGetAsync(BucketKeys.Of(tasks[0].Bucket).Quarantines, fields), cancellationToken);
        return found.Where(text => !text.IsNull).Select(text => Read((string)text!)).FirstOrDefault();
    }

    public async Task<IReadOnlyList<Quarantine>> ListAsync(CancellationToken cancellationToken)
    {
        var all = await store.GuardAsync(
            database => Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(bucket => database.HashValuesAsync(BucketKeys.Of(bucket).Quarantines))), cancellationToken);
        return [.. all.SelectMany(bucket => bucket).Select(text => Read((string)text!)).OrderBy(quarantine => quarantine.At)];
    }

    public Task<bool> SettleAsync(Quarantine quarantine, CancellationToken cancellationToken) =>
        ChangeAsync(quarantine, Write(quarantine with { IsOwed = false }), cancellationToken);

    public Task<bool> RemoveAsync(Quarantine quarantine, CancellationToken cancellationToken) => ChangeAsync(quarantine, "", cancellationToken);

    private async Task<bool> ChangeAsync(Quarantine quarantine, string next, CancellationToken cancellationToken)
    {
        var keys = BucketKeys.Of(quarantine.TaskId.Bucket);
        var reply = await store.RunAsync(
            LuaScript.ChangeQuarantine, [keys.Quarantines, keys.RefusalsOf(quarantine.TaskId)], [quarantine.TaskId.Value, Write(quarantine), next], cancellationToken);
        return reply.Code == "OK";
    }

    private static string Write(Quarantine quarantine) => JsonSerializer.Serialize(StoredQuarantine.From(quarantine), StoredJson.Default.StoredQuarantine);

    private static Quarantine Read(string text) =>
        (JsonSerializer.Deserialize(text, StoredJson.Default.StoredQuarantine) ?? throw new FormatException("A quarantine in the store is damaged.")).ToQuarantine();
}
