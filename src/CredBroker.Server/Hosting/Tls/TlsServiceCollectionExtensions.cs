namespace CredBroker.Server.Hosting.Tls;

/// <summary>Registers what looks after the certificate of the TLS port.</summary>
internal static class TlsServiceCollectionExtensions
{
    /// <summary>Adds it, where there is a TLS port.</summary>
    public static IServiceCollection AddTls(this IServiceCollection services, Listeners listeners)
    {
        if (listeners.Certificates is not { } certificates) return services;
        services.AddSingleton(certificates);
        services.AddSingleton<IStatusSource, TlsStatus>();
        services.AddHostedService<TlsCertificateWorker>();
        return services;
    }
}
