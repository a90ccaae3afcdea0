using System.Diagnostics;
using System.Globalization;

namespace CredBroker.Testing.Stores;

/// <summary>A master and a replica of the test's own, watched by three sentinels.</summary>
public sealed class RedisSentinelProcesses : IRedisServers
{
    /// <summary>What the sentinels call the master.</summary>
    public const string ServiceName = "credbroker";

    private const int Sentinels = 3;
    private readonly List<(Process Process, int Port)> _sentinels = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("credbroker-sentinel-").FullName;
    private readonly RedisServerProcess[] _servers;

    private RedisSentinelProcesses(RedisServerProcess[] servers) => _servers = servers;

    // A master that nobody follows takes no writes: one that was replaced and does not know it yet would lose them.
    private static readonly string[] Durable = ["--min-replicas-to-write", "1"];

    /// <inheritdoc/>
    public string ConnectionString => string.Join(',', _sentinels.Select(sentinel => $"127.0.0.1:{sentinel.Port}")) + $",serviceName={ServiceName}";

    /// <summary>Starts all five and waits until the sentinels know each other and the replica, and the master takes writes.</summary>
    public static async Task<RedisSentinelProcesses> StartAsync(params string[] arguments)
    {
        var master = await RedisServerProcess.StartAsync([.. Durable, .. arguments]);
        var replica = await RedisServerProcess.StartAsync(
            ["--replicaof", "127.0.0.1", master.Port.ToString(CultureInfo.InvariantCulture), .. Durable, .. arguments]);
        var all = new RedisSentinelProcesses([master, replica]);
        try
        {
            for (var i = 0; i < Sentinels; i++) await all.StartSentinelAsync(master.Port);
            await RedisProgram.UntilAsync("the sentinels agree", all.AgreeAsync);
            await all.FollowsAsync(master);
            return all;
        }
        catch
        {
            await all.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server that the sentinels now take for the master.</summary>
    public async Task<RedisServerProcess> MasterAsync()
    {
        var port = await MasterPortAsync(_sentinels[0].Port);
        return _servers.Single(server => server.Port == port);
    }

    /// <summary>
    /// Lets the sentinels swap the two and waits until all of them agree on it and the former master follows the new one. The
    /// replica has everything before: what Redis loses in a failover because it had acknowledged it too early is another matter.
    /// </summary>
    public async Task FailOverAsync()
    {
        var before = await MasterAsync();
        await FollowsAsync(before);
        await RedisProgram.CommandAsync(_sentinels[0].Port, "SENTINEL", "FAILOVER", ServiceName);
        await HasMovedFromAsync(before);
        await FollowsAsync(await MasterAsync());
    }

    /// <summary>Waits until every sentinel has another master than this one, which was killed or paused.</summary>
    public Task HasMovedFromAsync(RedisServerProcess before) => RedisProgram.UntilAsync("the sentinels have another master", async () =>
    {
        foreach (var sentinel in _sentinels)
            if (await MasterPortAsync(sentinel.Port) == before.Port) return false;
        return (await AskAsync(await MasterAsync(), "ROLE")).StartsWith("master", StringComparison.Ordinal);
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var (process, _) in _sentinels)
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        foreach (var server in _servers) await server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartSentinelAsync(int masterPort)
    {
        var port = StorePorts.Next();
        // A sentinel writes into its file what it learns.
        var file = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"sentinel-{port}.conf"));
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            port {port}
            bind 127.0.0.1
            dir {_folder}
            sentinel monitor {ServiceName} 127.0.0.1 {masterPort} 2
            sentinel down-after-milliseconds {ServiceName} 1500
            sentinel failover-timeout {ServiceName} 10000

            """));
        var process = RedisProgram.Start("redis-server", [file, "--sentinel"]);
        _sentinels.Add((process, port));
        await RedisProgram.AnswersAsync(process, port);
    }

    private async Task<bool> AgreeAsync()
    {
        foreach (var (_, port) in _sentinels)
        {
            var facts = (await RedisProgram.CommandAsync(port, "SENTINEL", "MASTER", ServiceName)).Split('\n');
            if (Fact(facts, "flags") != "master" || Fact(facts, "num-slaves") != "1" || Fact(facts, "num-other-sentinels") != "2") return false;
        }

        return true;
    }

    private async Task FollowsAsync(RedisServerProcess master)
    {
        var replica = _servers.Single(server => server != master);
        var written = Offset(await master.CommandAsync("INFO", "replication"), "master_repl_offset");
        await RedisProgram.UntilAsync("the replica has what its master has", async () =>
        {
            var facts = await AskAsync(replica, "INFO", "replication");
            return facts.Contains("master_link_status:up", StringComparison.Ordinal)
                && Offset(facts, "slave_repl_offset") >= written
                && TakesWrites(await AskAsync(master, "INFO", "replication"));
        });
    }

    /// <summary>A master counts who follows it once a second: a replica can be up for a moment before its master says so.</summary>
    private static bool TakesWrites(string facts) => facts.Contains("min_slaves_good_slaves:1", StringComparison.Ordinal);

    /// <summary>Says nothing where the connection broke: a sentinel closes those of a server whose role it changes.</summary>
    private static async Task<string> AskAsync(RedisServerProcess server, params string[] command)
    {
        try
        {
            return await server.CommandAsync(command);
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    private static long Offset(string facts, string name) => long.Parse(
        facts.Split('\n', StringSplitOptions.TrimEntries).Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..],
        CultureInfo.InvariantCulture);

    private static string? Fact(string[] lines, string name) => lines.SkipWhile(line => line != name).Skip(1).FirstOrDefault();

    private static async Task<int> MasterPortAsync(int sentinel)
    {
        var address = (await RedisProgram.CommandAsync(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", ServiceName)).Split('\n');
        return int.Parse(address[1], CultureInfo.InvariantCulture);
    }
}
