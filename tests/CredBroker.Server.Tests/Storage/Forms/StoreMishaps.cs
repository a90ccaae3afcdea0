using System.Globalization;
using CredBroker.Conformance.Stores;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Storage.Forms;

/// <summary>Does to a store what failovers, crashes and operators do.</summary>
internal sealed class StoreMishaps(StoreServers servers) : IStoreMishaps
{
    private IDatabase Database => servers.Admin.GetDatabase();

    public bool CanRestart => servers.Restart is not null;

    public Task RestartAsync() => servers.Restart is { } restart ? restart() : throw new NotSupportedException("This form is not restarted by tests.");

    public async Task ForgetScriptsAsync()
    {
        foreach (var server in servers.Admin.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }))
            await server.ExecuteAsync("SCRIPT", "FLUSH");
    }

    public async Task SetClockBackAsync(int bucket, TimeSpan by)
    {
        var now = (RedisValue[])(await Database.ExecuteAsync("TIME"))!;
        var seen = ((long)now[0] * 1000) + ((long)now[1] / 1000) + (long)by.TotalMilliseconds;
        await Database.StringSetAsync(string.Create(CultureInfo.InvariantCulture, $"cb:{{b{bucket:x2}}}:hwm"), seen);
    }

    public async Task LoseLatestRevocationsAsync(int bucket, int count)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"cb:{{b{bucket:x2}}}:");
        var lost = await LoseAsync(prefix + "feed", prefix + "fseq", count);
        foreach (var entry in lost) await Database.SortedSetRemoveAsync(prefix + "rv", Payload(entry));
    }

    public Task LoseLatestFenceNoticeAsync() => LoseAsync("cb:{meta}:fence_feed", "cb:{meta}:fence_seq", 1);

    public Task LeaveOldRevocationsAsync(int bucket, int count) => Database.SortedSetAddAsync(
        string.Create(CultureInfo.InvariantCulture, $"cb:{{b{bucket:x2}}}:rv"),
        [.. Enumerable.Range(1, count).Select(number => new SortedSetEntry(string.Create(CultureInfo.InvariantCulture, $"old-{number} {number} 1 -"), number))]);

    public async Task LeaveQuarantinesOfLaterAsync(TaskId taskId)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"cb:{{b{taskId.Bucket:x2}}}:");
        await Database.HashSetAsync(prefix + "qu", taskId.Value, """{"form":"later"}""");
        await Database.HashSetAsync(prefix + "qv", "later", "2;later");
    }

    public Task LeaveApprovalOfLaterAsync(ApprovalId id) =>
        Database.HashSetAsync(string.Create(CultureInfo.InvariantCulture, $"cb:{{b{id.Bucket:x2}}}:A:{id.Value}"), "d", "2;later");

    /// <summary>Takes entries from the end of a list, and its sequence back to what is then the last.</summary>
    private async Task<IReadOnlyList<string>> LoseAsync(RedisKey list, RedisKey sequence, int count)
    {
        var lost = new List<string>();
        for (var i = 0; i < count; i++) lost.Add((string?)await Database.ListRightPopAsync(list) ?? throw new InvalidOperationException("There was nothing to lose."));
        var last = (string?)await Database.ListGetByIndexAsync(list, -1) ?? throw new InvalidOperationException("Something has to stay.");
        await Database.StringSetAsync(sequence, last.Split(' ')[0]);
        return lost;
    }

    /// <summary>What a snapshot keeps of an entry: its last four words.</summary>
    private static string Payload(string entry) => string.Join(' ', entry.Split(' ')[^4..]);
}
