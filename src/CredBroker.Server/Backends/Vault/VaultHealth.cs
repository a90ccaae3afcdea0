using System.Collections.Concurrent;
using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Backends.Vault;

/// <summary>How each cluster was when it was last asked. A cluster that is away takes its own templates with it and nothing else, so the broker stays ready.</summary>
internal sealed partial class VaultHealth(VaultClusters clusters, ILogger<VaultHealth> logger) : IStatusSource
{
    private const string NotAsked = "It has not been asked yet.";

    private readonly ConcurrentDictionary<string, string> _faults = new(StringComparer.Ordinal);

    public IEnumerable<StatusComponent> Read() => clusters.All.Select(cluster =>
    {
        var fault = FaultOf(cluster);
        return new StatusComponent($"{BackendNames.Vault}:{cluster.Name}", fault.Length == 0, fault) { IsVital = false };
    });

    /// <summary>Asks every cluster, all at once.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(clusters.All.Select(cluster => RefreshAsync(cluster, cancellationToken)));

    private async Task RefreshAsync(VaultCluster cluster, CancellationToken cancellationToken)
    {
        string fault;
        try
        {
            fault = Describe(await cluster.ReadHealthAsync(cancellationToken));
        }
        catch (VaultException exception)
        {
            fault = exception.IsTransient ? "It does not answer." : "It answers what is not Vault's.";
        }

        var before = _faults.GetValueOrDefault(cluster.Name, "");
        _faults[cluster.Name] = fault;
        if (fault == before) return;
        if (fault.Length > 0) LogIll(cluster.Name, fault);
        else LogWell(cluster.Name);
    }

    private string FaultOf(VaultCluster cluster)
    {
        var fault = _faults.GetValueOrDefault(cluster.Name, NotAsked);
        return fault.Length == 0 && !cluster.Session.IsLoggedIn ? "The broker is not logged in to it." : fault;
    }

    // A standby and its kin pass calls on to the active node.
    private static string Describe(int status) => status switch
    {
        200 or 429 or 472 or 473 => "",
        501 => "It is not initialised.",
        503 => "It is sealed.",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"It answers with {status}."),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Vault {Cluster} is not well: {Fault}")]
    private partial void LogIll(string cluster, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Vault {Cluster} is well again")]
    private partial void LogWell(string cluster);
}
