using CredBroker.Conformance.Stores;

namespace CredBroker.Server.Tests.Storage.Forms;

/// <summary>A form of the store whose servers are started at its first use and serve the whole assembly.</summary>
internal sealed class StoreForm(string name, Func<Task<StoreServers>> start) : IStoreForm
{
    private readonly Lazy<Task<StoreServers>> _servers = new(start);

    public async Task<IStoreUnderTest> OpenAsync() => new StoreUnderTest(await _servers.Value, Rules);

    /// <summary>Short spans, so that a test can see them pass; the lengths are of the order of the real ones.</summary>
    public static StoreRules Rules { get; } = new(
        IntentLife: TimeSpan.FromSeconds(1),
        Remember: TimeSpan.FromHours(1),
        RememberIdempotencyKey: TimeSpan.FromSeconds(1),
        ClockBound: TimeSpan.FromSeconds(60),
        FeedLength: 300);

    /// <summary>Ends the servers if they were started.</summary>
    public async Task CloseAsync()
    {
        if (!_servers.IsValueCreated) return;
        try
        {
            await (await _servers.Value).DisposeAsync();
        }
        catch (StoreMissingException)
        {
            // It was never there.
        }
    }

    public override string ToString() => name;
}
