using CredBroker.Attestation;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

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
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SpiffeJwtOptions>, SpiffeJwtOptionsValidator>());
        services.AddOptions<SpiffeJwtOptions>()
            .Configure(options => Bind(configuration.GetSection(SpiffeJwtOptions.SectionName), options))
            .ValidateOnStart();
        services.TryAddSingleton<TrustDomainKeyrings>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAttestor, SpiffeJwtAttestor>());
        services.AddHostedService<TrustBundleWatcher>();
        return services;
    }

    private static void Bind(IConfigurationSection section, SpiffeJwtOptions options)
    {
        try
        {
            section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            throw new OptionsValidationException(nameof(SpiffeJwtOptions), typeof(SpiffeJwtOptions), [$"{SpiffeJwtOptions.SectionName}: {e.Message}"]);
        }

        // A default in the list itself would stay beside what the binder adds.
        if (options.Audiences.Count == 0) options.Audiences.Add(SpiffeJwtOptions.DefaultAudience);
    }
}
