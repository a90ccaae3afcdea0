using CredBroker.TestHost;
using CredBroker.Testing.Broker;

namespace CredBroker.Server.Tests.Faults;

/// <summary>A store, a scripted service and brokers on both that die where they are told to. Waits are short, so that a test takes seconds.</summary>
internal sealed class CrashBench : IAsyncDisposable
{
    private readonly OwnStore _store;
    private readonly List<BrokerProcess> _brokers = [];

    private CrashBench(OwnStore store)
    {
        _store = store;
        Service = new ScriptedService(store.Site.FileOf("service"));
        store.Site.Settings["Storage:Redis:IntentLife"] = IntentLife.ToString("c");
        store.Site.Settings["Revocation:AttemptTimeout"] = "00:00:01";
        store.Site.Settings["Revocation:Visibility"] = Visibility.ToString("c");
        store.Site.Settings["Revocation:BreakFor"] = "00:00:01";
    }

    /// <summary>How long after its record a lease's credential may still be made.</summary>
    public static TimeSpan IntentLife { get; } = TimeSpan.FromSeconds(3);

    /// <summary>After how long another worker takes what one has claimed.</summary>
    public static TimeSpan Visibility { get; } = TimeSpan.FromSeconds(2);

    public ScriptedService Service { get; }

    public BrokerSite Site => _store.Site;

    public static async Task<CrashBench> StartAsync() => new(await OwnStore.StartAsync());

    /// <summary>Starts a broker that dies at a point; at none where none is named.</summary>
    public async Task<BrokerProcess> StartBrokerAsync(string? fault = null)
    {
        var environment = new Dictionary<string, string>(Service.Environment);
        if (fault is not null) environment["CREDBROKER_FAULT"] = fault;
        var broker = await BrokerProcess.StartAsync(Site, "CredBroker.TestHost.dll", environment);
        _brokers.Add(broker);
        return broker;
    }

    /// <summary>Looks into the store.</summary>
    public Task<string> CommandAsync(params string[] command) => _store.Redis.CommandAsync(command);

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _brokers) await broker.DisposeAsync();
        await _store.DisposeAsync();
    }
}
