using CredBroker.Audit;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Audit;

/// <summary>Puts the broker's own start and end on record. Where the trail cannot be written that stops neither: nothing is issued then anyway.</summary>
internal sealed class BrokerLifeAudit(IAuditLog audit, TimeProvider time) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => RecordAsync(AuditEventType.BrokerStarted, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => RecordAsync(AuditEventType.BrokerStopped, cancellationToken);

    private async Task RecordAsync(AuditEventType type, CancellationToken cancellationToken)
    {
        try
        {
            await audit.AppendAsync(
                new AuditEvent
                {
                    Type = type,
                    Time = time.GetUtcNow(),
                    Actor = AuditActor.System,
                    Details = new Dictionary<string, string> { ["version"] = BrokerStatus.Version, ["process"] = $"{Environment.ProcessId}" },
                },
                cancellationToken);
        }
        catch (RefusedException)
        {
            // The trail says itself what it lacks, once it can be written again.
        }
    }
}
