using CredBroker.Approvals;
using CredBroker.Attestation;
using CredBroker.Audit;
using CredBroker.Issuance;
using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Server.Hosting;
using CredBroker.Server.Storage.Redis;
using CredBroker.Tasks;
using CredBroker.Tokens;

namespace CredBroker.Server.Storage;

/// <summary>Registers the store of tasks and leases.</summary>
internal static class LeaseStoreServiceCollectionExtensions
{
    /// <summary>
    /// Adds the store with the sections <c>Storage:Redis</c> and <c>Approvals</c>: a Redis where a connection string is set, the embedded store under
    /// the data folder otherwise. It is opened before the server listens; where it cannot be, the server does not start.
    /// </summary>
    public static IServiceCollection AddLeaseStore(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<RedisOptions>(configuration, RedisOptions.SectionName, options => options.Faults());
        services.AddSettings<ApprovalOptions>(configuration, ApprovalOptions.SectionName, options => options.Faults());
        services.AddSingleton<StoreConnection>();
        services.AddHostedService<StoreOpening>();
        services.AddSingleton<UnreadableRecords>();
        services.AddSingleton<StoreContact>();
        services.AddSingleton<RedisStore>();
        services.AddSingleton<RedisEpoch>();
        services.AddSingleton<RedisClock>();
        services.AddSingleton<IStoreClock>(provider => provider.GetRequiredService<RedisClock>());
        services.AddSingleton<StoreRoom>();
        services.AddHostedService<StoreRoomWorker>();
        services.AddSingleton<ITaskStore, RedisTaskStore>();
        services.AddSingleton<ITaskIndex, RedisTaskIndex>();
        services.AddSingleton<ILeaseStore, RedisLeaseStore>();
        services.AddSingleton<ILeaseIndex, RedisLeaseIndex>();
        services.AddSingleton<IDueIndex, RedisDueIndex>();
        services.AddSingleton<IAuditOutbox, RedisAuditOutbox>();
        services.AddSingleton<IRevocationLog, RedisRevocationLog>();
        services.AddSingleton<RedisFenceStore>();
        services.AddSingleton<IFenceStore>(provider => provider.GetRequiredService<RedisFenceStore>());
        services.AddSingleton<IRevocationBacklog, RedisRevocationBacklog>();
        services.AddSingleton<IWorkloadLeases, RedisWorkloadLeases>();
        services.AddSingleton<IWorkloadQuota, RedisWorkloadQuota>();
        services.AddSingleton<IReplayMemory, RedisReplayMemory>();
        services.AddSingleton<IDeadLetters, RedisDeadLetters>();
        services.AddSingleton<IOrderStore, RedisOrderStore>();
        services.AddSingleton<IOrderLedger, RedisOrderLedger>();
        services.AddSingleton<IQuarantineStore, RedisQuarantineStore>();
        services.AddSingleton<ITighteningStore, RedisTighteningStore>();
        services.AddSingleton<IPreviewStore, RedisPreviewStore>();
        services.AddSingleton<IApprovalPlaces, RedisApprovalPlaces>();
        services.AddSingleton<IApprovalStore, RedisApprovalStore>();
        services.AddSingleton<IApprovalIndex, RedisApprovalIndex>();
        services.AddSingleton<ISigningKeyStore, RedisSigningKeyStore>();
        return services;
    }
}
