using CredBroker.Attestation;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>Plugs in the <c>spiffe_jwt</c> attestor.</summary>
public static class SpiffeJwtServiceCollectionExtensions
{
    /// <summary>
    /// Adds the attestor with the settings of <see cref="SpiffeJwtOptions.SectionName"/>, which are validated at start, and the
    /// attestation verb itself. Wants a <see cref="TimeProvider"/> among the services; takes the system's where there is none.
    /// </summary>
    public static IServiceCollection AddSpiffeJwtAttestor(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddWorkloadAttestation();
        services.AddSettings<SpiffeJwtOptions>(configuration, SpiffeJwtOptions.SectionName, options => options.Faults());
        services.PostConfigure<SpiffeJwtOptions>(options =>
        {
            // A default in the list itself would stay beside what the binder adds.
            if (options.Audiences.Count == 0) options.Audiences.Add(SpiffeJwtOptions.DefaultAudience);
        });
        services.TryAddSingleton<TrustDomainKeyrings>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAttestor, SpiffeJwtAttestor>());
        return services;
    }
}
