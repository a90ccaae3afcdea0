using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CredBroker.Server.Hosting;

/// <summary>Healthy while the broker would issue.</summary>
internal sealed class ReadinessCheck(BrokerStatus status) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var report = await status.ReadAsync(cancellationToken);
        return report.IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(string.Join(
            "; ", report.Components.Where(component => !component.IsHealthy).Select(component => component.Name)));
    }
}
