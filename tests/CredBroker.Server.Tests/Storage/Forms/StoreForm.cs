using CredBroker.Conformance.Stores;

namespace CredBroker.Server.Tests.Storage.Forms;

/// <summary>
/// A form of the store whose servers are started at its first use and serve the whole assembly. One fixture has them at a time; those of
/// different forms run beside each other.
/// </summary>
internal sealed class StoreForm(string name, Func<Task<string?>> reasonToSkip, Func<Task<StoreServers>> start) : IStoreForm, IAsyncDisposable
{
    private readonly Lazy<Task<StoreServers>> _servers = new(start);
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Short spans, so that a test can see them pass; the lengths are of the order of the real ones.</summary>
    public static StoreRules Rules { get; } = new(
        IntentLife: TimeSpan.FromSeconds(1),
        Remember: TimeSpan.FromHours(1),
        RememberIdempotencyKey: TimeSpan.FromSeconds(1),
        ClockBound: TimeSpan.FromSeconds(60),
        FeedLength: 300);

    public Task<string?> ReasonToSkipAsync() => reasonToSkip();

    public Task<IStoreUnderTest> OpenAsync() => OpenAsync(Rules);

    /// <summary>The same servers, set up in another way.</summary>
    public IStoreForm With(StoreRules rules) => new Tuned(this, rules);

    /// <summary>Ends what was started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_servers is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await _servers.Value).DisposeAsync();
        _turn.Dispose();
    }

    public override string ToString() => name;

    private async Task<IStoreUnderTest> OpenAsync(StoreRules rules)
    {
        await _turn.WaitAsync();
        try
        {
            return new StoreUnderTest(await _servers.Value, rules, () => _turn.Release());
        }
        catch
        {
            _turn.Release();
            throw;
        }
    }

    private sealed class Tuned(StoreForm form, StoreRules rules) : IStoreForm
    {
        public Task<string?> ReasonToSkipAsync() => form.ReasonToSkipAsync();

        public Task<IStoreUnderTest> OpenAsync() => form.OpenAsync(rules);
    }
}
