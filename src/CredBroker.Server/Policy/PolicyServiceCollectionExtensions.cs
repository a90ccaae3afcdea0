using CredBroker.Audit;
using CredBroker.Issuance;
using CredBroker.Policy;
using CredBroker.Policy.Cedar;
using CredBroker.Policy.Cedar.Wasm;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Policy;

/// <summary>Registers policy.</summary>
public static class PolicyServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IPolicyEvaluator"/> and <see cref="IToolCallEvaluator"/>, which decide by the Cedar policies of the folder of <see cref="PolicyOptions"/>, and
    /// the worker that keeps them as the folder says. Needs an <see cref="IAuditLog"/>, the leases and the <see cref="DataFolder"/>.
    /// </summary>
    public static IServiceCollection AddPolicies(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<PolicyOptions>(configuration, PolicyOptions.SectionName, _ => []);
        services.AddOptions<PolicyOptions>().ValidateDataAnnotations();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.TryAddSingleton<DecisionMetrics>();
        services.AddSingleton(LoadModule);
        services.AddSingleton<PolicyLibrary>();
        services.AddSingleton<IPolicySet>(provider => provider.GetRequiredService<PolicyLibrary>());
        services.AddSingleton(CreateReloader);
        services.AddSingleton<TemplateBoundsEvaluator>();
        services.AddSingleton<HeldLeases>();
        services.AddSingleton<CedarPolicyEvaluator>();
        services.AddSingleton(CreateMeasured);
        services.AddSingleton<IPolicyEvaluator>(provider => provider.GetRequiredService<MeasuredPolicy>());
        services.AddSingleton<IToolCallEvaluator>(provider => provider.GetRequiredService<MeasuredPolicy>());
        services.AddSingleton<IStatusSource, PolicyStatus>();
        services.AddHostedService<PolicyWorker>();
        return services.AddTightening();
    }

    private static IServiceCollection AddTightening(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<PolicyOptions>>().Value;
            return new TighteningTerms(options.Tightening == TighteningMode.Revoke, options.TighteningRate, options.TighteningDelay);
        });
        // What is asked to look at leases again decides about no request, and is measured as none.
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LeaseReview>(provider, provider.GetRequiredService<CedarPolicyEvaluator>()));
        services.AddSingleton<LiveReview>();
        services.AddSingleton<TighteningPage>();
        services.AddSingleton<TighteningDesk>();
        services.AddSingleton<Tightening>();
        services.AddSingleton<IStatusSource, TighteningStatus>();
        services.AddHostedService<TighteningWorker>();
        return services;
    }

    private static MeasuredPolicy CreateMeasured(IServiceProvider provider)
    {
        var cedar = provider.GetRequiredService<CedarPolicyEvaluator>();
        return new MeasuredPolicy(cedar, cedar, provider.GetRequiredService<DecisionMetrics>());
    }

    private static CedarModule LoadModule(IServiceProvider provider)
    {
        var path = provider.GetRequiredService<IOptions<PolicyOptions>>().Value.CachePath;
        return CedarModule.Load(
            path.Length > 0 ? Path.GetFullPath(path) : provider.GetRequiredService<DataFolder>().File("cedar"),
            provider.GetRequiredService<ILogger<CedarModule>>());
    }

    private static PolicyReloader CreateReloader(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<PolicyOptions>>().Value;
        return new PolicyReloader(
            options.Path,
            options.PollInterval,
            provider.GetRequiredService<PolicyLibrary>(),
            provider.GetRequiredService<CedarModule>(),
            provider.GetRequiredService<IAuditLog>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PolicyReloader>>());
    }
}
