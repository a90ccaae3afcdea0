using CredBroker.Server.Hosting;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.Limits;

/// <summary>Adds the limits of attestation.</summary>
internal static class AttestationLimitServiceCollectionExtensions
{
    /// <summary>Adds them with the settings of <see cref="AttestationLimitOptions.SectionName"/>. Comes before the attestors.</summary>
    public static IServiceCollection AddAttestationLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<AttestationLimitOptions>(configuration, AttestationLimitOptions.SectionName, options => options.Faults());
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<AttestationLimitOptions>>().Value.ToLimits(provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
