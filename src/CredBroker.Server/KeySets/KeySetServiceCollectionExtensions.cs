using CredBroker.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CredBroker.Server.KeySets;

/// <summary>Adds what keeps other people's public keys.</summary>
internal static class KeySetServiceCollectionExtensions
{
    /// <summary>Adds the keyrings and their watcher. May be called more than once.</summary>
    public static IServiceCollection AddKeyrings(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Keyrings>();
        services.AddHostedService<KeyringWatcher>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStatusSource, KeyringStatus>());
        return services;
    }
}
