using System.Security.Cryptography.X509Certificates;
using CredBroker.Backends;
using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Server.Hosting;
using CredBroker.Templates;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Backends.Vault;

/// <summary>Plugs in Vault and OpenBao.</summary>
public static class VaultServiceCollectionExtensions
{
    /// <summary>
    /// Adds the backend with the settings of <see cref="VaultOptions.SectionName"/>, which are validated at start. It is there without any
    /// cluster too, so that leases of one that is no longer configured are told of and not forgotten.
    /// </summary>
    public static IServiceCollection AddVaultBackend(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var isDevelopment = environment.IsDevelopment();
        services.AddSettings<VaultOptions>(configuration, VaultOptions.SectionName, options => options.Faults(isDevelopment));
        services.AddHttpClient();
        foreach (var cluster in configuration.GetSection($"{VaultOptions.SectionName}:{nameof(VaultOptions.Clusters)}").GetChildren())
            if (cluster[nameof(VaultClusterOptions.Name)] is { Length: > 0 } name) services.AddVaultClient(name);
        services.AddSingleton<VaultClusters>();
        services.AddSingleton<ChildTokens>();
        services.AddSingleton<VaultRevoker>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICredentialBackend, VaultBackend>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITemplateCheck, VaultTemplateCheck>());
        services.AddSingleton<VaultHealth>();
        services.AddSingleton<IStatusSource>(provider => provider.GetRequiredService<VaultHealth>());
        services.AddSingleton<VaultRoleCheck>();
        services.AddSingleton<VaultReconciliation>();
        services.AddHostedService<VaultLoginWorker>();
        services.AddHostedService<VaultHealthWorker>();
        services.AddHostedService<VaultRoleCheckWorker>();
        services.AddHostedService<VaultReconciliationWorker>();
        return services;
    }

    private static void AddVaultClient(this IServiceCollection services, string cluster)
    {
        services.TryAddKeyedSingleton(cluster, (provider, _) => new VaultPipeline(OptionsOf(provider, cluster), provider.GetRequiredService<TimeProvider>()));
        services.AddHttpClient(VaultHttp.ClientName(cluster))
            // Its lines would tell every path at every call, and it has nothing else to tell.
            .RemoveAllLoggers()
            .ConfigureHttpClient((provider, http) =>
            {
                var options = OptionsOf(provider, cluster);
                http.BaseAddress = new Uri(options.Address);
                http.MaxResponseContentBufferSize = VaultHttp.MaxAnswerBytes;
                // The pipeline counts each try; this ends an answer that never comes to its end.
                http.Timeout = options.CallTimeout + TimeSpan.FromSeconds(2);
            })
            .ConfigurePrimaryHttpMessageHandler(provider => HandlerOf(OptionsOf(provider, cluster)))
            .AddHttpMessageHandler(provider => new VaultPipelineHandler(provider.GetRequiredKeyedService<VaultPipeline>(cluster)));
    }

    private static VaultClusterOptions OptionsOf(IServiceProvider provider, string cluster) =>
        provider.GetRequiredService<IOptions<VaultOptions>>().Value.Clusters.Single(options => options.Name == cluster);

    private static SocketsHttpHandler HandlerOf(VaultClusterOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            // A standby answers with a redirect where it does not forward; a token must not follow it to another machine.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (options.CaFile is { } file) handler.SslOptions.CertificateChainPolicy = TrustOf(file);
        return handler;
    }

    private static X509ChainPolicy TrustOf(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }
}
