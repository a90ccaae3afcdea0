using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace CredBroker.Server.Hosting.Connections;

/// <summary>Registers the connections of callers and their limits.</summary>
internal static class ConnectionServiceCollectionExtensions
{
    /// <summary>Adds them with the settings of <see cref="LimitOptions.SectionName"/>.</summary>
    public static IServiceCollection AddConnections(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<LimitOptions>(configuration, LimitOptions.SectionName, options => options.Faults());
        services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = TransportLimits.BoundListener);
        services.AddSingleton<CallLimits>();
        services.AddSingleton<OpenConnections>();
        services.AddSingleton<CountedListeners>();
        // Of those that can make a listener Kestrel takes the last.
        services.AddSingleton<IConnectionListenerFactory>(provider => provider.GetRequiredService<CountedListeners>());
        return services;
    }
}
