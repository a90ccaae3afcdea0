using CredBroker.Verification.Keys;
using CredBroker.Verification.Proofs;
using CredBroker.Verification.Revocation;
using CredBroker.Verification.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CredBroker.Verification;

/// <summary>Puts a service behind the broker's access tokens.</summary>
public static class CredBrokerAuthenticationExtensions
{
    /// <summary>
    /// Adds the scheme <see cref="CredBrokerDefaults.AuthenticationScheme"/>: offline verification of access tokens and the
    /// revocation feed that goes with it. Once for an application; settings are checked when the host starts.
    /// </summary>
    public static AuthenticationBuilder AddCredBroker(this AuthenticationBuilder builder, Action<CredBrokerVerificationOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var services = builder.Services;
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<CredBrokerVerificationOptions>, CredBrokerVerificationOptionsValidator>();
        services.AddOptions<CredBrokerVerificationOptions>(CredBrokerDefaults.AuthenticationScheme).ValidateOnStart();
        services.TryAddSingleton(provider =>
            provider.GetRequiredService<IOptionsMonitor<CredBrokerVerificationOptions>>().Get(CredBrokerDefaults.AuthenticationScheme));
        AddVerification(services);
        return builder.AddScheme<CredBrokerVerificationOptions, CredBrokerAuthenticationHandler>(CredBrokerDefaults.AuthenticationScheme, configure);
    }

    /// <summary>Adds a health check that is well once the keys and the feed have been read, and while both are fresh.</summary>
    public static IHealthChecksBuilder AddCredBroker(this IHealthChecksBuilder builder, string name = "credbroker", params string[] tags)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<RevocationFeedHealthCheck>(name, tags: tags);
    }

    private static void AddVerification(IServiceCollection services)
    {
        services.AddSingleton<DiscoveryClient>();
        services.AddSingleton<SigningKeySource>();
        services.AddSingleton(provider => new RevocationSet(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<CredBrokerVerificationOptions>().MaxRevokedLeases));
        services.AddSingleton<FeedHealth>();
        services.AddSingleton<EvidenceSource>();
        services.AddSingleton<KnownTokens>();
        services.AddSingleton<SignatureCheck>();
        services.AddSingleton<AccessTokenVerifier>();
        services.TryAddSingleton<IProofMemory>(provider => new LocalProofMemory(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ProofCheck>();
        services.AddSingleton<VerificationMetrics>();
        services.AddHostedService<SigningKeyWorker>();
        services.AddHostedService<RevocationFeedWorker>();
    }
}
