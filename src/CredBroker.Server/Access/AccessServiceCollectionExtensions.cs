using CredBroker.Server.Hosting;
using CredBroker.Server.KeySets;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Access;

/// <summary>Registers who the operators are and what may be called.</summary>
internal static class AccessServiceCollectionExtensions
{
    /// <summary>
    /// Adds the section <c>Access</c> and what enforces the table. Operators are those of the issuers in it; in development,
    /// where there is none, those of <c>operators.json</c>; elsewhere nobody.
    /// </summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<AccessOptions>(configuration, AccessOptions.SectionName, options => options.Faults());
        services.AddSingleton(Choose);
        services.AddKeyrings();
        services.AddSingleton<AccessGate>();
        services.AddHostedService<StartWith<IOperatorAuthenticator>>();
        return services;
    }

    private static IOperatorAuthenticator Choose(IServiceProvider services)
    {
        if (services.GetRequiredService<IOptions<AccessOptions>>().Value.Issuers.Count > 0) return ActivatorUtilities.CreateInstance<OidcOperators>(services);
        return services.GetRequiredService<IHostEnvironment>().IsDevelopment()
            ? ActivatorUtilities.CreateInstance<DevelopmentOperators>(services)
            : ActivatorUtilities.CreateInstance<NoOperators>(services);
    }
}
