using CredBroker.Revocation;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Revocation;

/// <summary>Writes the audit lines of transitions as they come.</summary>
internal sealed class TransitionAuditWorker(TransitionAudit transitions, TimeProvider time, ILogger<TransitionAuditWorker> logger)
    : RepeatingWorker(time, logger)
{
    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    protected override Task TurnAsync(CancellationToken cancellationToken) => transitions.RunAsync(cancellationToken);
}
