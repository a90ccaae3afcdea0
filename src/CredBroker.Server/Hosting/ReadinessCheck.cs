using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CredBroker.Server.Hosting;

/// <summary>Healthy while the broker would issue, and has not been told to stop: then nobody is to be sent to it any more, though it still answers.</summary>
internal sealed class ReadinessCheck(BrokerStatus status, IHostApplicationLifetime broker) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (broker.ApplicationStopping.IsCancellationRequested) return HealthCheckResult.Unhealthy("stopping");
        var report = await status.ReadAsync(cancellationToken);
        return report.IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(string.Join(
            "; ", report.Components.Where(component => !component.IsHealthy).Select(component => component.Name)));
    }
}
