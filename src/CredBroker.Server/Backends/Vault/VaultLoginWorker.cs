using CredBroker.Server.Hosting;

namespace CredBroker.Server.Backends.Vault;

/// <summary>Keeps the broker logged in at every cluster; one that hangs keeps no other waiting.</summary>
internal sealed class VaultLoginWorker(VaultClusters clusters, TimeProvider time, ILogger<VaultLoginWorker> logger) : RepeatingWorker(time, logger)
{
    private readonly Dictionary<string, Task> _underWay = new(StringComparer.Ordinal);

    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    protected override Task TurnAsync(CancellationToken cancellationToken)
    {
        foreach (var cluster in clusters.All)
            if (!_underWay.TryGetValue(cluster.Name, out var turn) || turn.IsCompleted)
                _underWay[cluster.Name] = Task.Run(() => cluster.Session.KeepAsync(cancellationToken), cancellationToken);
        return Task.CompletedTask;
    }
}
