using CredBroker.Server.Hosting;

namespace CredBroker.Server.Proofs;

/// <summary>Adds what reads proofs of possession.</summary>
internal static class ProofServiceCollectionExtensions
{
    /// <summary>Adds it with the settings of <see cref="ProofOptions.SectionName"/>.</summary>
    public static IServiceCollection AddProofs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<ProofOptions>(configuration, ProofOptions.SectionName, options => options.Faults());
        services.AddSingleton<OwnAddresses>();
        services.AddSingleton<DpopNonces>();
        services.AddSingleton<ProofOfPossession>();
        return services;
    }
}
