using CredBroker.Approvals;
using CredBroker.Backends;
using CredBroker.Issuance;
using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Tasks;
using CredBroker.Templates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace CredBroker.TestHost;

/// <summary>Puts the fault points around store and backends, and a template of the scripted backend, where there is one, into the catalogue.</summary>
internal static class CrashingBroker
{
    public static void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CrashPoint>();
        var scripted = ScriptedService.OfTheEnvironment();
        if (scripted is not null)
        {
            builder.Services.AddSingleton(scripted);
            builder.Services.AddSingleton<ICredentialBackend, ScriptedBackend>();
        }

        // What the server registers comes after this; the container is configured last of all.
        builder.Host.ConfigureContainer<IServiceCollection>((_, services) =>
        {
            Decorate<ILeaseStore, CrashingLeaseStore>(services);
            Decorate<ITaskStore, CrashingTaskStore>(services);
            Decorate<IRevocationBacklog, CrashingBacklog>(services);
            Decorate<IQuarantineStore, CrashingQuarantineStore>(services);
            Decorate<ITighteningStore, CrashingTighteningStore>(services);
            Decorate<IOrderLedger, CrashingOrderLedger>(services);
            Decorate<IApprovalStore, CrashingApprovalStore>(services);
            if (scripted is not null) Decorate<ITemplateCatalogue, ScriptedCatalogue>(services);
            DecorateBackends(services);
        });
    }

    private static void Decorate<TService, TDecorator>(IServiceCollection services)
        where TService : class
        where TDecorator : TService
    {
        var inner = services.Last(descriptor => descriptor.ServiceType == typeof(TService));
        services.Remove(inner);
        services.AddSingleton<TService>(provider => ActivatorUtilities.CreateInstance<TDecorator>(provider, Create(inner, provider)));
    }

    /// <summary>All that ask another system: what the broker mints itself it never asks a backend to revoke.</summary>
    private static void DecorateBackends(IServiceCollection services)
    {
        foreach (var inner in services.Where(service => service.ServiceType == typeof(ICredentialBackend) && service.ImplementationType != typeof(TokenBackend)).ToList())
        {
            services.Remove(inner);
            services.AddSingleton<ICredentialBackend>(provider =>
                ActivatorUtilities.CreateInstance<CrashingBackend>(provider, Create(inner, provider)));
        }
    }

    private static object Create(ServiceDescriptor descriptor, IServiceProvider provider) =>
        descriptor.ImplementationFactory?.Invoke(provider)
        ?? ActivatorUtilities.CreateInstance(provider, descriptor.ImplementationType!);
}
