using CredBroker.Attestation;
using CredBroker.Server.KeySets;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CredBroker.Server.Attestation;

/// <summary>Adds what turns evidence into an identity.</summary>
public static class AttestationServiceCollectionExtensions
{
    /// <summary>
    /// Adds the registry of attestors and the verb <see cref="WorkloadAttestation"/>. Attestors of one name stop the start.
    /// Challenges want an <see cref="CredBroker.Tokens.ISigningKeyRing"/> and an <see cref="IReplayMemory"/> where they are used.
    /// Wants an <see cref="CredBroker.Templates.ITemplateCatalogue"/> among the services. May be called more than once.
    /// </summary>
    public static IServiceCollection AddWorkloadAttestation(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<AttestorRegistry>();
        services.TryAddSingleton(AttestationLimits.None);
        services.TryAddSingleton<WorkloadAttestation>();
        services.TryAddSingleton<Stamps>();
        services.TryAddSingleton<Challenges>();
        services.AddHostedService<AttestorStartLog>();
        services.AddKeyrings();
        return services;
    }
}
