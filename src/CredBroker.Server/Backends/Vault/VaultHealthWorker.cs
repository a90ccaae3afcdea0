using CredBroker.Server.Hosting;

namespace CredBroker.Server.Backends.Vault;

/// <summary>Asks every cluster how it is.</summary>
internal sealed class VaultHealthWorker(VaultHealth health, TimeProvider time, ILogger<VaultHealthWorker> logger) : RepeatingWorker(time, logger)
{
    protected override TimeSpan Pause => TimeSpan.FromSeconds(5);

    protected override Task TurnAsync(CancellationToken cancellationToken) => health.RefreshAsync(cancellationToken);
}
