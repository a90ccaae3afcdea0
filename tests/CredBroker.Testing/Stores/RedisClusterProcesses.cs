namespace CredBroker.Testing.Stores;

/// <summary>A Redis Cluster of the test's own: three masters, each with a replica.</summary>
public sealed class RedisClusterProcesses : IRedisServers
{
    private const int Masters = 3;
    private readonly List<RedisServerProcess> _nodes = [];

    private RedisClusterProcesses() { }

    /// <summary>All six, in no order that lasts: a failover swaps a master and its replica.</summary>
    public IReadOnlyList<RedisServerProcess> Nodes => _nodes;

    /// <inheritdoc/>
    public string ConnectionString => string.Join(',', _nodes.Select(node => node.ConnectionString));

    /// <summary>Starts the servers, forms the cluster, and waits until every node finds it whole.</summary>
    public static async Task<RedisClusterProcesses> StartAsync(params string[] arguments)
    {
        var cluster = new RedisClusterProcesses();
        try
        {
            var starts = Enumerable.Range(0, 2 * Masters).Select(_ => RedisServerProcess.StartAsync(
                ["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "2000", .. arguments]));
            cluster._nodes.AddRange(await Task.WhenAll(starts));
            await cluster._nodes[0].CommandAsync(
                ["--cluster", "create", .. cluster._nodes.Select(node => node.ConnectionString), "--cluster-replicas", "1", "--cluster-yes"]);
            await RedisProgram.UntilAsync("the cluster is whole", cluster.IsWholeAsync);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The nodes that own slots now.</summary>
    public async Task<IReadOnlyList<RedisServerProcess>> MastersAsync()
    {
        var masters = new List<RedisServerProcess>();
        foreach (var node in _nodes)
            if (await IsMasterAsync(node)) masters.Add(node);
        return masters;
    }

    /// <summary>Lets a master's replica take over as planned (<c>CLUSTER FAILOVER</c>) and waits until it has.</summary>
    public async Task FailOverAsync(RedisServerProcess master)
    {
        var replica = await ReplicaOfAsync(master);
        await replica.CommandAsync("CLUSTER", "FAILOVER");
        await RedisProgram.UntilAsync("the replica is the master", () => IsMasterAsync(replica));
        await RedisProgram.UntilAsync("the cluster is whole", IsWholeAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    private static async Task<bool> IsMasterAsync(RedisServerProcess node) =>
        (await node.CommandAsync("ROLE")).StartsWith("master", StringComparison.Ordinal);

    private async Task<RedisServerProcess> ReplicaOfAsync(RedisServerProcess master)
    {
        var id = await master.CommandAsync("CLUSTER", "MYID");
        var lines = (await master.CommandAsync("CLUSTER", "REPLICAS", id)).Split('\n');
        return _nodes.Single(node => lines.Any(line => line.Contains($":{node.Port}@", StringComparison.Ordinal)));
    }

    private async Task<bool> IsWholeAsync()
    {
        foreach (var node in _nodes)
        {
            if (!(await node.CommandAsync("CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal)) return false;
            var lines = (await node.CommandAsync("CLUSTER", "NODES")).Split('\n');
            if (lines.Count(line => line.Contains("slave", StringComparison.Ordinal)) != Masters) return false;
            if (lines.Any(line => line.Contains("fail", StringComparison.Ordinal) || line.Contains("handshake", StringComparison.Ordinal))) return false;
            if (!await IsMasterAsync(node) && !(await node.CommandAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal)) return false;
        }

        return true;
    }
}
