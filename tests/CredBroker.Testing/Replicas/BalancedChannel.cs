using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.Testing.Replicas;

/// <summary>
/// A channel as an ordinary gRPC client makes it, without any SDK: it balances over addresses that it is given and repeats what came to
/// UNAVAILABLE, all by its service configuration.
/// </summary>
public static class BalancedChannel
{
    /// <summary>Makes one.</summary>
    public static GrpcChannel To(IEnumerable<Uri> addresses)
    {
        BalancerAddress[] known = [.. addresses.Select(address => new BalancerAddress(address.Host, address.Port))];
        var services = new ServiceCollection().AddSingleton<ResolverFactory>(new StaticResolverFactory(_ => known)).BuildServiceProvider();
        return GrpcChannel.ForAddress("static:///brokers", new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Insecure,
            ServiceProvider = services,
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(100),
            MaxReconnectBackoff = TimeSpan.FromSeconds(1),
            ServiceConfig = new ServiceConfig
            {
                LoadBalancingConfigs = { new RoundRobinConfig() },
                MethodConfigs = { new MethodConfig { Names = { MethodName.Default }, RetryPolicy = Repeat() } },
            },
        });
    }

    private static RetryPolicy Repeat() => new()
    {
        MaxAttempts = 5,
        InitialBackoff = TimeSpan.FromMilliseconds(500),
        MaxBackoff = TimeSpan.FromSeconds(5),
        BackoffMultiplier = 2,
        RetryableStatusCodes = { StatusCode.Unavailable },
    };
}
