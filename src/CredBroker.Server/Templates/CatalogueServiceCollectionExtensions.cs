using CredBroker.Audit;
using CredBroker.Server.Hosting;
using CredBroker.Templates;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Templates;

/// <summary>Registers the catalogue.</summary>
public static class CatalogueServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="ITemplateCatalogue"/>, <see cref="CatalogueReloader"/> and the worker that keeps them as the folder
    /// of <see cref="CatalogueOptions"/> says. Needs an <see cref="IAuditLog"/>.
    /// </summary>
    public static IServiceCollection AddTemplateCatalogue(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<CatalogueOptions>(configuration, CatalogueOptions.SectionName, _ => []);
        services.AddOptions<CatalogueOptions>().ValidateDataAnnotations();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TemplateCatalogue>();
        services.TryAddSingleton<ITemplateCatalogue>(provider => provider.GetRequiredService<TemplateCatalogue>());
        services.TryAddSingleton(CreateReloader);
        services.AddSingleton<IStatusSource, CatalogueStatus>();
        services.AddHostedService<CatalogueWorker>();
        return services;
    }

    private static CatalogueReloader CreateReloader(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<CatalogueOptions>>().Value;
        return new CatalogueReloader(
            options.Path,
            options.PollInterval,
            provider.GetRequiredService<TemplateCatalogue>(),
            provider.GetRequiredService<IAuditLog>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<CatalogueReloader>>(),
            [.. provider.GetServices<ITemplateCheck>()]);
    }
}
