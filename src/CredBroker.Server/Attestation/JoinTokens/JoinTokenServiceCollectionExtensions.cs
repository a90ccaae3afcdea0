using CredBroker.Attestation;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CredBroker.Server.Attestation.JoinTokens;

/// <summary>Plugs in the <c>join_token</c> attestor.</summary>
public static class JoinTokenServiceCollectionExtensions
{
    /// <summary>
    /// Adds the attestor with the settings of <see cref="JoinTokenOptions.SectionName"/>, which are validated at start, and the
    /// attestation verb itself. Wants an <see cref="IReplayMemory"/> among the services.
    /// </summary>
    public static IServiceCollection AddJoinTokenAttestor(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddWorkloadAttestation();
        services.AddSettings<JoinTokenOptions>(configuration, JoinTokenOptions.SectionName, options => options.Faults());
        services.TryAddSingleton<JoinTokenFile>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAttestor, JoinTokenAttestor>());
        return services;
    }
}
