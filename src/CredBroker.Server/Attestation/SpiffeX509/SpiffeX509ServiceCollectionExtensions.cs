using CredBroker.Attestation;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CredBroker.Server.Attestation.SpiffeX509;

/// <summary>Plugs in the <c>spiffe_x509</c> attestor.</summary>
public static class SpiffeX509ServiceCollectionExtensions
{
    /// <summary>
    /// Adds the attestor with the settings of <see cref="SpiffeX509Options.SectionName"/>, which are validated at start, and the
    /// attestation verb itself.
    /// </summary>
    public static IServiceCollection AddSpiffeX509Attestor(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddWorkloadAttestation();
        services.AddSettings<SpiffeX509Options>(configuration, SpiffeX509Options.SectionName, options => options.Faults());
        services.TryAddSingleton<TrustDomainRoots>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAttestor, SpiffeX509Attestor>());
        return services;
    }
}
