using CredBroker.Approvals;
using CredBroker.Attestation;
using CredBroker.Issuance;
using CredBroker.Revocation;
using CredBroker.Server.Api;
using CredBroker.Server.Audit;
using CredBroker.Server.Backends;
using CredBroker.Server.Hosting;
using CredBroker.Server.Revocation;
using CredBroker.Server.Storage;
using CredBroker.Server.Storage.Redis;
using CredBroker.Server.Tokens;
using CredBroker.Tasks;

namespace CredBroker.Server.Telemetry;

/// <summary>Registers the instruments. They cost next to nothing while nobody listens.</summary>
internal static class InstrumentServiceCollectionExtensions
{
    /// <summary>Adds every class of instruments, each with what it measures. They are all there from the start, so that a rate can begin at nothing.</summary>
    public static IServiceCollection AddInstruments(this IServiceCollection services) => services
        .AddInstrument<AttestationMetrics>()
        .AddInstrument<IssueMetrics>()
        .AddInstrument<TaskMetrics>()
        .AddInstrument<ApprovalMetrics>()
        .AddInstrument<RevocationMetrics>()
        .AddInstrument<FeedMetrics>()
        .AddInstrument<RefusalMetrics>()
        .AddInstrument<AuditMetrics>()
        .AddInstrument<StoreMetrics>()
        .AddInstrument<StoreFigureMetrics>()
        .AddInstrument<BackendMetrics>()
        .AddInstrument<CircuitMetrics>()
        .AddInstrument<SigningKeyMetrics>()
        .AddInstrument<ConfigurationMetrics>();

    /// <summary>Adds what reads the figures of the whole store.</summary>
    public static IServiceCollection AddStoreFigures(this IServiceCollection services)
    {
        services.AddSingleton<LiveLeaseCount>();
        services.AddSingleton<QueueAges>();
        services.AddSingleton<PendingApprovals>();
        services.AddSingleton<RedisFigures>();
        services.AddHostedService<StoreFiguresWorker>();
        services.AddHostedService<LiveLeasesWorker>();
        return services;
    }

    private static IServiceCollection AddInstrument<TMetrics>(this IServiceCollection services)
        where TMetrics : class
    {
        services.AddSingleton<TMetrics>();
        return services.AddHostedService<StartWith<TMetrics>>();
    }
}
