using CredBroker.Attestation;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CredBroker.Server.Attestation.X509Pop;

/// <summary>Plugs in the <c>x509_pop</c> attestor.</summary>
public static class X509PopServiceCollectionExtensions
{
    /// <summary>
    /// Adds the attestor with the settings of <see cref="X509PopOptions.SectionName"/>, which are validated at start, and the
    /// attestation verb itself. Wants an <see cref="IReplayMemory"/> among the services.
    /// </summary>
    public static IServiceCollection AddX509PopAttestor(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddWorkloadAttestation();
        services.AddSettings<X509PopOptions>(configuration, X509PopOptions.SectionName, options => options.Faults());
        services.TryAddSingleton<TrustedAuthorities>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAttestor, X509PopAttestor>());
        return services;
    }
}
