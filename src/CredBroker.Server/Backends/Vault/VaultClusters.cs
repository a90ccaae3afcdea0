using CredBroker.Server.Backends.Vault.Client;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Backends.Vault;

/// <summary>The clusters of the settings.</summary>
internal sealed class VaultClusters : IDisposable
{
    private readonly Dictionary<string, VaultCluster> _byName;

    public VaultClusters(IOptions<VaultOptions> options, IHttpClientFactory clients, TimeProvider time, ILoggerFactory loggers)
    {
        All = [.. options.Value.Clusters.Select(cluster => Open(cluster, clients, time, loggers))];
        _byName = All.ToDictionary(cluster => cluster.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<VaultCluster> All { get; }

    /// <summary>The cluster of that name, or the first one where none is named; null where there is none.</summary>
    public VaultCluster? Find(string? name) => name is null ? (All.Count > 0 ? All[0] : null) : _byName.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var cluster in All) cluster.Dispose();
    }

    private static VaultCluster Open(VaultClusterOptions options, IHttpClientFactory clients, TimeProvider time, ILoggerFactory loggers)
    {
        var http = new VaultHttp(options.Name, clients);
        var auth = new VaultAuth(http, options.Namespace, time);
        return new VaultCluster(options, http, new VaultSession(options, auth, time, loggers.CreateLogger<VaultSession>()));
    }
}
