using CredBroker.Revocation;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Revocation;

/// <summary>Writes audit lines that are still owed.</summary>
internal sealed class OwedAuditWorker(OwedAuditDrain drain, TimeProvider time, ILogger<OwedAuditWorker> logger) : RepeatingWorker(time, logger)
{
    protected override TimeSpan Pause => TimeSpan.FromSeconds(5);

    protected override Task TurnAsync(CancellationToken cancellationToken) => drain.RunOnceAsync(cancellationToken);
}
