using System.Collections.Concurrent;
using CredBroker.Server.Tests.Hosting;
using CredBroker.Testing.Verification;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.EmbeddedStore;

[TestFixture, Category("Store"), Parallelizable(ParallelScope.All)]
public sealed class EmbeddedStoreCrashTests
{
    private const int Writers = 6;
    private const string WriteManyKeys = "for i = 1, 3000 do redis.call('HSET', '{b}h' .. i, 'n', ARGV[1]) end return 1";
    private const string WriteTwoKeys = "redis.call('HSET', KEYS[1], 'n', ARGV[1], 'pad', ARGV[2]) redis.call('ZADD', '{b}index', ARGV[1], KEYS[1]) return 1";

    [Test]
    public async Task Kill_WhileWriting_LosesNothingAcknowledged()
    {
        using var scratch = new ScratchFolder();
        var acknowledged = await WriteUntilKilledAsync(scratch.Path, checkpointMegabytes: 64, () => Task.FromResult(false), atLeast: 2_000);

        await AssertKeptAsync(scratch.Path, acknowledged);
    }

    [Test]
    public async Task Kill_AfterCheckpoints_LosesNothingAndTheFolderStaysSmall()
    {
        using var scratch = new ScratchFolder();
        var data = Path.Combine(scratch.Path, "store");
        var acknowledged = await WriteUntilKilledAsync(data, checkpointMegabytes: 8, () => HasDroppedLogAsync(data, segments: 4), atLeast: 2_000);

        await AssertKeptAsync(data, acknowledged);
        Assert.That(SizeOf(data), Is.LessThan(150 << 20));
    }

    [Test]
    public async Task Kill_WhileScriptsRun_LeavesNoneHalfApplied()
    {
        using var scratch = new ScratchFolder();
        for (var round = 1; round <= 6; round++)
        {
            int acknowledged = round * 1_000_000, small = 0;
            await using (var store = await EmbeddedStoreProcess.StartAsync(scratch.Path))
            {
                var writer = WriteScriptsAsync(await store.ConnectAsync(), round * 1_000_000, n => Volatile.Write(ref acknowledged, n));
                // Other connections ask for commits all the while.
                var others = new List<Task>();
                for (var i = 0; i < Writers; i++) others.Add(WriteSmallAsync(await store.ConnectAsync(), () => Interlocked.Increment(ref small)));
                await Eventually.IsTrueAsync(() => Volatile.Read(ref acknowledged) % 1_000_000 > 5, "five scripts ran");
                // A commit has just been made, and mostly the next script is under way.
                var commits = Volatile.Read(ref small);
                await Eventually.IsTrueAsync(() => Volatile.Read(ref small) > commits, "another connection was answered");
                await store.KillAsync();
                await Task.WhenAll([writer, .. others]);
            }

            await using var again = await EmbeddedStoreProcess.StartAsync(scratch.Path);
            var values = await ReadScriptedAsync(await again.ConnectAsync());
            Assert.That(values, Has.Count.EqualTo(1), "all keys of a script are written or none");
            Assert.That(values.Single(), Is.GreaterThanOrEqualTo(acknowledged));
        }
    }

    [Test]
    public async Task Write_WhenTheDiskIsFull_IsNotAcknowledged()
    {
        using var scratch = new ScratchFolder();
        var acknowledged = 0;
        await using (var store = await EmbeddedStoreProcess.StartAsync(scratch.Path, largestFileBlocks: 4096))
        {
            var database = await store.ConnectAsync();
            Assert.That(
                async () =>
                {
                    for (var i = 1; i <= 100; i++)
                    {
                        await database.StringSetAsync($"full:{i}", new byte[100_000]);
                        acknowledged = i;
                    }
                },
                Throws.InstanceOf<RedisException>().Or.InstanceOf<TimeoutException>());
        }

        await using var again = await EmbeddedStoreProcess.StartAsync(scratch.Path);
        var kept = await again.ConnectAsync();
        for (var i = 1; i <= acknowledged; i++) Assert.That(await kept.KeyExistsAsync($"full:{i}"), Is.True, $"write {i} was acknowledged");
        Assert.That(acknowledged, Is.GreaterThan(0));
    }

    [Test]
    public async Task Stop_ThenStart_KeepsEverything()
    {
        using var scratch = new ScratchFolder();
        await using (var store = await EmbeddedStoreProcess.StartAsync(scratch.Path))
        {
            var database = await store.ConnectAsync();
            await database.StringSetAsync("kept", "value", TimeSpan.FromHours(1));
            Assert.That(await store.StopAsync(), Is.Zero);
            Assert.That(File.Exists(store.Socket), Is.False);
        }

        await using var again = await EmbeddedStoreProcess.StartAsync(scratch.Path);
        var kept = await again.ConnectAsync();
        Assert.That((string?)await kept.StringGetAsync("kept"), Is.EqualTo("value"));
        Assert.That(await kept.KeyTimeToLiveAsync("kept"), Is.EqualTo(TimeSpan.FromHours(1)).Within(TimeSpan.FromMinutes(2)));
    }

    private static async Task<IReadOnlyDictionary<string, int>> WriteUntilKilledAsync(
        string folder, int checkpointMegabytes, Func<Task<bool>> enough, int atLeast)
    {
        var acknowledged = new ConcurrentDictionary<string, int>();
        var count = 0;
        await using var store = await EmbeddedStoreProcess.StartAsync(folder, checkpointMegabytes);
        var writers = new List<Task>();
        for (var w = 0; w < Writers; w++) writers.Add(WriteAsync(await store.ConnectAsync(), w));
        await Eventually.IsTrueAsync(
            async () => Volatile.Read(ref count) >= atLeast && (checkpointMegabytes > 8 || await enough()), "enough was written");
        await store.KillAsync();
        await Task.WhenAll(writers);
        return acknowledged;

        async Task WriteAsync(IDatabase database, int writer)
        {
            var padding = new string('x', 2_000);
            for (var n = 1; ; n++)
            {
                var key = $"{{b}}w{writer}:{n % 200}";
                try
                {
                    await database.ScriptEvaluateAsync(WriteTwoKeys, [key], [n, padding]);
                }
                catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
                {
                    return;
                }

                acknowledged[key] = n;
                Interlocked.Increment(ref count);
            }
        }
    }

    private static async Task AssertKeptAsync(string folder, IReadOnlyDictionary<string, int> acknowledged)
    {
        await using var store = await EmbeddedStoreProcess.StartAsync(folder);
        var database = await store.ConnectAsync();
        foreach (var (key, n) in acknowledged)
        {
            var kept = (int)await database.HashGetAsync(key, "n");
            // One more may have been written without an answer.
            Assert.That(kept, Is.GreaterThanOrEqualTo(n), key);
            Assert.That(await database.SortedSetScoreAsync("{b}index", key), Is.EqualTo(kept), key);
        }
    }

    private static async Task WriteScriptsAsync(IDatabase database, int from, Action<int> acknowledge)
    {
        for (var n = from; ; n++)
        {
            try
            {
                await database.ScriptEvaluateAsync(WriteManyKeys, ["{b}any"], [n]);
            }
            catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
            {
                return;
            }

            acknowledge(n);
        }
    }

    private static async Task WriteSmallAsync(IDatabase database, Action acknowledge)
    {
        try
        {
            while (true)
            {
                await database.StringIncrementAsync("{b}small");
                acknowledge();
            }
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            // The store was killed, as planned.
        }
    }

    private static async Task<HashSet<int>> ReadScriptedAsync(IDatabase database)
    {
        var reads = Enumerable.Range(1, 3000).Select(i => database.HashGetAsync($"{{b}}h{i}", "n"));
        return [.. (await Task.WhenAll(reads)).Select(value => (int)value)];
    }

    // Log segments are numbered; the first ones are gone once a checkpoint stands for them.
    private static Task<bool> HasDroppedLogAsync(string folder, int segments)
    {
        var log = Path.Combine(folder, "checkpoint", "AOF");
        return Task.FromResult(Directory.Exists(log) && Directory.EnumerateFiles(log, "aof.log.*")
            .All(file => int.Parse(Path.GetExtension(file)[1..], System.Globalization.CultureInfo.InvariantCulture) >= segments));
    }

    private static long SizeOf(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
