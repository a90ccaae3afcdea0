using CredBroker.Attestation;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CredBroker.Server.Attestation.Kubernetes;

/// <summary>Plugs in the <c>kubernetes</c> attestor.</summary>
public static class KubernetesServiceCollectionExtensions
{
    /// <summary>
    /// Adds the attestor with the settings of <see cref="KubernetesOptions.SectionName"/>, which are validated at start, and the
    /// attestation verb itself.
    /// </summary>
    public static IServiceCollection AddKubernetesAttestor(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddWorkloadAttestation();
        services.AddSettings<KubernetesOptions>(configuration, KubernetesOptions.SectionName, options => options.Faults());
        services.TryAddSingleton<TrustedClusters>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAttestor, KubernetesAttestor>());
        return services;
    }
}
