using CredBroker.Server.Hosting;
using CredBroker.Server.Storage;
using CredBroker.Server.Tests.Hosting;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Storage.Forms;

/// <summary>The running servers of a form, and what of them a broker and a test have to know.</summary>
internal sealed class StoreServers(IConnectionMultiplexer admin, Func<ValueTask> stop) : IAsyncDisposable
{
    private readonly ScratchFolder _brokers = new();

    /// <summary>For the test's own eyes and for mishaps.</summary>
    public IConnectionMultiplexer Admin { get; } = admin;

    /// <summary>How a broker connects; null = it shares <see cref="Embedded"/>.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The store inside this process, which only one can open.</summary>
    public StoreConnection? Embedded { get; init; }

    /// <summary>Kills and restarts it; null where that is not for a test to do.</summary>
    public Func<Task>? Restart { get; init; }

    /// <summary>A data folder for the brokers of the tests.</summary>
    public DataFolder Data => _brokers.Data;

    public async ValueTask DisposeAsync()
    {
        _brokers.Dispose();
        if (Embedded is null) await Admin.DisposeAsync();
        await stop();
    }
}
