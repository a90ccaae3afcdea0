using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Backends.Vault;

/// <summary>Reconciles the clusters whose settings ask for it, each at its own pace.</summary>
internal sealed partial class VaultReconciliationWorker(
    VaultClusters clusters, VaultReconciliation reconciliation, TimeProvider time, ILogger<VaultReconciliationWorker> logger) : RepeatingWorker(time, logger)
{
    private readonly Dictionary<string, DateTimeOffset> _next = new(StringComparer.Ordinal);
    private readonly TimeProvider _time = time;
    private readonly ILogger _logger = logger;

    protected override TimeSpan Pause => TimeSpan.FromSeconds(10);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        foreach (var cluster in clusters.All)
        {
            if (cluster.Options.ReconcileEvery is not { } every) continue;
            var now = _time.GetUtcNow();
            if (!_next.TryGetValue(cluster.Name, out var due)) _next[cluster.Name] = due = now + every;
            if (now < due) continue;
            _next[cluster.Name] = now + every;
            await RunAsync(cluster, cancellationToken);
        }
    }

    private async Task RunAsync(VaultCluster cluster, CancellationToken cancellationToken)
    {
        try
        {
            await reconciliation.RunAsync(cluster, cancellationToken);
        }
        catch (VaultException fault)
        {
            LogStopped(_logger, cluster.Name, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The tokens of Vault {Cluster} could not all be looked at; they will be at the next turn: {Detail}")]
    private static partial void LogStopped(ILogger logger, string cluster, string detail);
}
