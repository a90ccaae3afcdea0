using CredBroker.Verification.Keys;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CredBroker.Verification.Revocation;

/// <summary>Ready once the keys and the feed have been read, and while both are young enough.</summary>
internal sealed class RevocationFeedHealthCheck(FeedHealth feed, SigningKeySource keys, CredBrokerVerificationOptions options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (!keys.AreFresh) return HealthCheckResult.Unhealthy("The broker's keys have not been read.");
        if (feed.State == FeedState.Fresh) return HealthCheckResult.Healthy("Revocation feed is fresh.");
        var fault = feed.State == FeedState.Unread ? "The revocation feed has not been read." : "The revocation feed is stale.";
        return options.FeedPolicy == FeedPolicy.Accept ? HealthCheckResult.Degraded(fault) : HealthCheckResult.Unhealthy(fault);
    }
}
