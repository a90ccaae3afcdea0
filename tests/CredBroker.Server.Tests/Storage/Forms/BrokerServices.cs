using CredBroker.Approvals;
using CredBroker.Attestation;
using CredBroker.Audit;
using CredBroker.Conformance.Stores;
using CredBroker.Issuance;
using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Server.Storage;
using CredBroker.Server.Storage.Redis;
using CredBroker.Tasks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tests.Storage.Forms;

/// <summary>Connects brokers to a store with the registrations of the real server.</summary>
internal static class BrokerServices
{
    /// <summary>A machine that builds and tests at the same time answers late, and that is not what is tested.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    public static async Task<BrokerOnStore> ConnectAsync(StoreServers servers, StoreRules rules, TimeSpan? callTimeout = null)
    {
        var clock = new ShiftedClock();
        var provider = Build(servers, clock, new RedisOptions
        {
            ConnectionString = servers.ConnectionString,
            ClockBound = rules.ClockBound,
            FeedLength = rules.FeedLength,
            Remember = rules.Remember,
            RememberIdempotencyKey = rules.RememberIdempotencyKey,
            IntentLife = rules.IntentLife,
            CallTimeout = callTimeout ?? CallTimeout,
        });
        if (servers.Embedded is null) await provider.GetRequiredService<StoreConnection>().OpenAsync(CancellationToken.None);
        return new BrokerOnStore(provider)
        {
            Tasks = provider.GetRequiredService<ITaskStore>(),
            Leases = provider.GetRequiredService<ILeaseStore>(),
            Index = provider.GetRequiredService<ILeaseIndex>(),
            Workloads = provider.GetRequiredService<IWorkloadLeases>(),
            Due = provider.GetRequiredService<IDueIndex>(),
            Fences = provider.GetRequiredService<IFenceStore>(),
            Backlog = provider.GetRequiredService<IRevocationBacklog>(),
            Quota = provider.GetRequiredService<IWorkloadQuota>(),
            Replays = provider.GetRequiredService<IReplayMemory>(),
            Orders = provider.GetRequiredService<IOrderStore>(),
            Ledger = provider.GetRequiredService<IOrderLedger>(),
            Previews = provider.GetRequiredService<IPreviewStore>(),
            Quarantines = provider.GetRequiredService<IQuarantineStore>(),
            Passes = provider.GetRequiredService<ITighteningStore>(),
            DeadLetters = provider.GetRequiredService<IDeadLetters>(),
            Approvals = provider.GetRequiredService<IApprovalStore>(),
            Places = provider.GetRequiredService<IApprovalPlaces>(),
            ApprovalIndex = provider.GetRequiredService<IApprovalIndex>(),
            Outbox = provider.GetRequiredService<IAuditOutbox>(),
            Log = provider.GetRequiredService<IRevocationLog>(),
            StoreClock = provider.GetRequiredService<IStoreClock>(),
            Clock = clock,
        };
    }

    private static ServiceProvider Build(StoreServers servers, ShiftedClock clock, RedisOptions options)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLeaseStore(new ConfigurationBuilder().Build());
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton(Options.Create(options));
        services.AddSingleton(Options.Create(new ApprovalOptions
        {
            LapseAfter = ApprovalConformance.LapseAfter,
            Remember = ApprovalConformance.Remember,
            MaxPerTask = ApprovalConformance.MaxPerTask,
            MaxPerWorkload = ApprovalConformance.MaxPerWorkload,
        }));
        services.AddSingleton(_ => servers.Data);
        if (servers.Embedded is { } shared) services.AddSingleton(shared);
        return services.BuildServiceProvider();
    }
}
