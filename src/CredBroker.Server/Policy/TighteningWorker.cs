using CredBroker.Issuance;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Policy;

/// <summary>Holds live leases against what has changed. It runs beside requests and reloads, and neither waits for it.</summary>
internal sealed class TighteningWorker(Tightening tightening, TimeProvider time, ILogger<TighteningWorker> logger) : RepeatingWorker(time, logger)
{
    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    protected override Task TurnAsync(CancellationToken cancellationToken) => tightening.RunAsync(cancellationToken);
}
