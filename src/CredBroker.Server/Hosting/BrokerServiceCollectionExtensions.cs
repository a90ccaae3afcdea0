using CredBroker.Approvals;
using CredBroker.Backends;
using CredBroker.Issuance;
using CredBroker.Leases;
using CredBroker.Policy.Cedar;
using CredBroker.Revocation;
using CredBroker.Server.Approvals;
using CredBroker.Server.Backends;
using CredBroker.Server.Revocation;
using CredBroker.Tasks;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CredBroker.Server.Hosting;

/// <summary>Registers the domain's verbs and the workers that turn them.</summary>
internal static class BrokerServiceCollectionExtensions
{
    public static IServiceCollection AddBroker(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICredentialBackend, TokenBackend>());
        services.AddSingleton(CreateBackends);
        services.AddHostedService<StartWith<BackendRegistry>>();
        services.AddSingleton<TaskGate>();
        services.AddSingleton<EndRight>();
        services.AddSingleton<TaskTree>();
        services.AddSingleton<TaskLister>();
        services.AddSingleton<FenceBook>();
        return services.AddApprovals().AddIssuance(configuration).AddRevocation(configuration);
    }

    /// <summary>What the broker makes by itself is measured with the issue; other systems are measured as such.</summary>
    private static BackendRegistry CreateBackends(IServiceProvider provider)
    {
        var metrics = provider.GetRequiredService<BackendMetrics>();
        return new BackendRegistry(provider.GetServices<ICredentialBackend>().Select(
            backend => backend.Name == BackendNames.Token ? backend : new MeasuredBackend(backend, metrics)));
    }

    private static IServiceCollection AddApprovals(this IServiceCollection services)
    {
        services.AddSingleton<ApprovalAudit>();
        services.AddSingleton<ApprovalDesk>();
        services.AddSingleton<ApprovalDecisions>();
        services.AddSingleton<ApprovalLister>();
        services.AddSingleton<ApprovalSweep>();
        services.AddHostedService<ApprovalWorker>();
        return services;
    }

    private static IServiceCollection AddIssuance(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<DelegationOptions>(configuration, DelegationOptions.SectionName, _ => []);
        services.AddOptions<DelegationOptions>().ValidateDataAnnotations();
        services.AddSingleton<RefusalAudit>();
        services.AddSingleton<DelegationCheck>();
        services.AddSingleton<TaskOpener>();
        services.AddSingleton<TaskHeartbeat>();
        services.AddSingleton<EarlierIssue>();
        services.AddSingleton<IssuePlanner>();
        services.AddSingleton<ApprovedPlanner>();
        services.AddSingleton<LeaseRecorder>();
        services.AddSingleton<CredentialMaker>();
        services.AddSingleton<CredentialIssuer>();
        services.AddSingleton<CredentialRenewer>();
        services.AddSingleton<LeaseLister>();
        services.AddSingleton(CreateExplainer);
        services.AddSingleton<ToolCallPolicy>();
        services.AddSingleton<ToolCallAuthorizer>();
        services.AddSingleton<ActivityRecorder>();
        return services;
    }

    /// <summary>Its planner asks policy unmeasured: nothing is decided about a request.</summary>
    private static IssueExplainer CreateExplainer(IServiceProvider provider) => ActivatorUtilities.CreateInstance<IssueExplainer>(
        provider, ActivatorUtilities.CreateInstance<IssuePlanner>(provider, provider.GetRequiredService<CedarPolicyEvaluator>()));

    private static IServiceCollection AddRevocation(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<RevocationOptions>(configuration, RevocationOptions.SectionName, options => options.Faults());
        services.AddSettings<ContainmentOptions>(configuration, ContainmentOptions.SectionName, options => options.Faults());
        services.AddSingleton<TransitionAudit>();
        services.AddSingleton<LeaseRevoker>();
        services.AddSingleton<ILeaseRevoker>(provider => provider.GetRequiredService<LeaseRevoker>());
        services.AddSingleton<LeaseReleaser>();
        services.AddSingleton<TaskEnder>();
        services.AddSingleton<LeaseFates>();
        services.AddSingleton<TaskConfirmation>();
        services.AddSingleton<TaskEnding>();
        services.AddSingleton<BackendRevoker>();
        services.AddSingleton<LeaseSweep>();
        services.AddSingleton<OrderSweep>();
        services.AddSingleton<OrderConfirmation>();
        services.AddSingleton<OrderDrain>();
        services.AddSingleton<MassRevocation>();
        services.AddSingleton<RevocationOrders>();
        services.AddSingleton<StandingFences>();
        services.AddSingleton<Quarantining>();
        services.AddSingleton<QuarantineReview>();
        services.AddSingleton<IRefusalWatch, RefusalWatch>();
        services.AddSingleton<DeadLetterReview>();
        services.AddSingleton<ClockReset>();
        services.AddSingleton<Expirer>();
        services.AddSingleton<OwedAuditDrain>();
        services.AddSingleton<RevocationFeed>();
        services.AddHostedService<TransitionAuditWorker>();
        services.AddHostedService<OwedAuditWorker>();
        services.AddHostedService<ExpiryWorker>();
        services.AddHostedService<RevocationWorker>();
        services.AddHostedService<OrderWorker>();
        services.AddHostedService<QuarantineWorker>();
        services.AddHostedService<RevocationFeedWorker>();
        return services;
    }
}
