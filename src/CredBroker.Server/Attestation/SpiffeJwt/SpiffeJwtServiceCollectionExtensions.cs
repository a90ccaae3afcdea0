using CredBroker.Attestation;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>Plugs in the <c>spiffe_jwt</c> attestor.</summary>
public static class SpiffeJwtServiceCollectionExtensions
{
    private static readonly string[] Settings =
    [
        nameof(SpiffeJwtOptions.Audiences), nameof(SpiffeJwtOptions.TrustDomains), nameof(SpiffeJwtOptions.ClockSkew),
        nameof(SpiffeJwtOptions.MaxLifetime), nameof(SpiffeJwtOptions.LastGoodFor),
    ];

    private static readonly string[] TrustDomainSettings = [nameof(SpiffeTrustDomainOptions.Name), nameof(SpiffeTrustDomainOptions.BundleFile)];

    /// <summary>
    /// Adds the attestor with the settings of <see cref="SpiffeJwtOptions.SectionName"/>, which are validated at start, and the
    /// attestation verb itself. Wants a <see cref="TimeProvider"/> among the services; takes the system's where there is none.
    /// </summary>
    public static IServiceCollection AddSpiffeJwtAttestor(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddWorkloadAttestation();
        services.AddSettingsSection(SpiffeJwtOptions.SectionName);
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
        string[] unknown =
        [
            .. Unknown(section, Settings),
            .. section.GetSection(nameof(SpiffeJwtOptions.TrustDomains)).GetChildren().SelectMany(domain => Unknown(domain, TrustDomainSettings)),
        ];
        if (unknown.Length > 0) throw new OptionsValidationException(Options.DefaultName, typeof(SpiffeJwtOptions), unknown);
        try
        {
            section.Bind(options);
        }
        catch (InvalidOperationException e)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SpiffeJwtOptions), [e.Message]);
        }

        // A default in the list itself would stay beside what the binder adds.
        if (options.Audiences.Count == 0) options.Audiences.Add(SpiffeJwtOptions.DefaultAudience);
    }

    // The binder can refuse these too, but does not say which it is inside of a list.
    private static IEnumerable<string> Unknown(IConfigurationSection section, string[] settings) => section.GetChildren()
        .Where(child => !settings.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
        .Select(child => $"{child.Path} is not a setting.");
}
