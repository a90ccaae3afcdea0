using CredBroker.Revocation;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Revocation;

/// <summary>Completes quarantines that a broker that died has left half done, and ends those of tasks that are over.</summary>
internal sealed class QuarantineWorker(Quarantining quarantining, TimeProvider time, ILogger<QuarantineWorker> logger) : RepeatingWorker(time, logger)
{
    protected override TimeSpan Pause => TimeSpan.FromSeconds(3);

    protected override Task TurnAsync(CancellationToken cancellationToken) => quarantining.TidyAsync(cancellationToken);
}
