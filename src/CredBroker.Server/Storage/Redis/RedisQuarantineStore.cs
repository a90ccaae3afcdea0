using System.Text.Json;
using CredBroker.Leases;
using StackExchange.Redis;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Refusals and quarantines in Redis, each in the bucket of its task or its workload. They take from tasks and give nothing, so a full store takes them too.</summary>
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
        return reply.Code is "NEW" or "STANDS" ? new RefusalCount(TryRead(task.Id.Value, reply.Text(0)), reply.Code == "NEW") : new RefusalCount(null, IsNew: false);
    }

    public async Task<WorkloadRefusalCount> CountWorkloadAsync(
        string tenant, string workload, Quarantine? proposed, int most, TimeSpan window, CancellationToken cancellationToken)
    {
        var reply = await store.RunAsync(
            LuaScript.CountWorkload,
            [BucketKeys.RefusalsOf(tenant, workload), BucketKeys.OfWorkload(tenant, workload).WorkloadQuarantines],
            [Instant.Write(window), most, FieldOf(tenant, workload), proposed is null ? "" : Write(proposed)],
            cancellationToken);
        return reply.Code is "NEW" or "STANDS"
            ? new WorkloadRefusalCount(reply.Number(0), TryRead(FieldOf(tenant, workload), reply.Text(1)), reply.Code == "NEW")
            : new WorkloadRefusalCount(reply.Number(0), null, IsNew: false);
    }

    public async Task<Quarantine?> FindAsync(IReadOnlyList<TaskId> tasks, CancellationToken cancellationToken)
    {
        RedisValue[] fields = [.. tasks.Select(task => (RedisValue)task.Value)];
        var found = await store.GuardAsync(database => database.HashGetAsync(BucketKeys.Of(tasks[0].Bucket).Quarantines, fields), cancellationToken);
        var standing = fields.Zip(found).Where(one => !one.Second.IsNull).ToList();
        if (standing.Count == 0) return null;
        return standing.Select(one => TryRead((string)one.First!, (string)one.Second!)).OfType<Quarantine>().FirstOrDefault()
            ?? throw new RefusedException(ErrorReason.Quarantined, Quarantine.TaskSentence);
    }

    public async Task<Quarantine?> FindOfWorkloadAsync(string tenant, string workload, CancellationToken cancellationToken)
    {
        var found = await store.GuardAsync(
            database => database.HashGetAsync(BucketKeys.OfWorkload(tenant, workload).WorkloadQuarantines, FieldOf(tenant, workload)), cancellationToken);
        if (found.IsNull) return null;
        return TryRead(FieldOf(tenant, workload), (string)found!) ?? throw new RefusedException(ErrorReason.Quarantined, Quarantine.WorkloadSentence);
    }

    public async Task<IReadOnlyList<Quarantine>> ListAsync(CancellationToken cancellationToken)
    {
        var all = await store.GuardAsync(
            database => Task.WhenAll(Enumerable.Range(0, Buckets.Count).Select(BucketKeys.Of).SelectMany(
                keys => new[] { keys.Quarantines, keys.WorkloadQuarantines }).Select(key => database.HashGetAllAsync(key))), cancellationToken);
        return [.. all.SelectMany(hash => hash).Select(entry => TryRead((string)entry.Name!, (string)entry.Value!)).OfType<Quarantine>().OrderBy(quarantine => quarantine.At)];
    }

    public Task<bool> ChangeAsync(Quarantine quarantine, Quarantine next, CancellationToken cancellationToken) =>
        ChangeAsync(quarantine, Write(next), cancellationToken);

    public Task<bool> RemoveAsync(Quarantine quarantine, CancellationToken cancellationToken) => ChangeAsync(quarantine, "", cancellationToken);

    private async Task<bool> ChangeAsync(Quarantine quarantine, string next, CancellationToken cancellationToken)
    {
        var (quarantines, refusals, field) = PlaceOf(quarantine);
        var reply = await store.RunAsync(LuaScript.ChangeQuarantine, [quarantines, refusals], [field, Write(quarantine), next], cancellationToken);
        return reply.Code == "OK";
    }

    private static (RedisKey Quarantines, RedisKey Refusals, string Field) PlaceOf(Quarantine quarantine)
    {
        if (quarantine.TaskId is { } task) return (BucketKeys.Of(task.Bucket).Quarantines, BucketKeys.Of(task.Bucket).RefusalsOf(task), task.Value);
        var (tenant, workload) = (quarantine.Tenant, quarantine.Workload);
        return (BucketKeys.OfWorkload(tenant, workload).WorkloadQuarantines, BucketKeys.RefusalsOf(tenant, workload), FieldOf(tenant, workload));
    }

    /// <summary>What a workload is called among quarantines.</summary>
    private static string FieldOf(string tenant, string workload) => BucketKeys.HashOfWorkload(tenant, workload);

    /// <summary>Nothing where a record is damaged or of a later version, so that it hides no other.</summary>
    private Quarantine? TryRead(string id, string text)
    {
        try
        {
            return Read(text);
        }
        catch (Exception fault) when (UnreadableRecords.IsSignedBy(fault))
        {
            store.Unreadable.Note(id);
            return null;
        }
    }

    private static string Write(Quarantine quarantine) => JsonSerializer.Serialize(StoredQuarantine.From(quarantine), StoredJson.Default.StoredQuarantine);

    private static Quarantine Read(string text) =>
        (JsonSerializer.Deserialize(text, StoredJson.Default.StoredQuarantine) ?? throw new FormatException("A quarantine in the store is damaged.")).ToQuarantine();
}
