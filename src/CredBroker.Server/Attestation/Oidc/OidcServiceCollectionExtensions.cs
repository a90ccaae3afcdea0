using CredBroker.Attestation;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CredBroker.Server.Attestation.Oidc;

/// <summary>Plugs in the <c>oidc</c> attestor.</summary>
public static class OidcServiceCollectionExtensions
{
    /// <summary>
    /// Adds the attestor with the settings of <see cref="OidcOptions.SectionName"/>, which are validated at start, and the
    /// attestation verb itself. Wants an <see cref="IReplayMemory"/> among the services.
    /// </summary>
    public static IServiceCollection AddOidcAttestor(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddWorkloadAttestation();
        services.AddSettings<OidcOptions>(configuration, OidcOptions.SectionName, options => options.Faults());
        services.TryAddSingleton<TrustedIssuers>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAttestor, OidcAttestor>());
        return services;
    }
}
