using System.Text.Json;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Conformance.Stores;

/// <summary>What every form of the store has to hold. One fixture a behaviour; an assembly runs each on every form it can have.</summary>
[Category("Store")]
public abstract class StoreConformance(IStoreForm form)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    private IStoreUnderTest? _store;
    private BrokerOnStore? _broker;
    private bool _clockWentBack;

    protected IStoreUnderTest Store => _store ?? throw new InvalidOperationException("The store is not open.");

    protected BrokerOnStore Broker => _broker ?? throw new InvalidOperationException("The store is not open.");

    protected static CancellationToken None => CancellationToken.None;

    [OneTimeSetUp]
    public async Task OpenStoreAsync()
    {
        if (await form.ReasonToSkipAsync() is { } reason) Assert.Ignore(reason);
        _store = await form.OpenAsync();
        await Store.EmptyAsync();
        _broker = await Store.ConnectAsync();
    }

    [OneTimeTearDown]
    public async Task CloseStoreAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
    }

    [TearDown]
    public async Task SetClocksRightAsync()
    {
        if (_broker is null) return;
        _broker.Clock.Offset = TimeSpan.Zero;
        // What a bucket remembers would meet the next test whose task falls into it.
        if (_clockWentBack) await _broker.StoreClock.ResetAsync(None);
        _clockWentBack = false;
    }

    /// <summary>Lets a bucket find that its clock has gone back; put right after the test.</summary>
    protected Task SetStoreClockBackAsync(int bucket, TimeSpan by)
    {
        _clockWentBack = true;
        return Store.Mishaps.SetClockBackAsync(bucket, by);
    }

    /// <summary>Waits until the store's clock shows it.</summary>
    protected Task PassAsync(DateTimeOffset instant) => UntilAsync(async () => await Store.ReadTimeAsync() > instant, $"the store's clock shows {instant:O}");

    /// <summary>A bounded wait on a condition.</summary>
    protected static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience) Assert.Fail($"It did not come about: {what}.");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    /// <summary>A record as text, to compare two of them to the last field.</summary>
    protected static string Text(AgentTask task) => JsonSerializer.Serialize(task);

    protected static string Text(Lease lease) => JsonSerializer.Serialize(lease);

    protected static void AssertRefused(BeginOutcome outcome, ErrorReason reason) =>
        Assert.That(outcome, Is.EqualTo(new BeginOutcome.Refused(reason)));

    protected static void AssertRefused(RenewOutcome outcome, ErrorReason reason) =>
        Assert.That(outcome, Is.EqualTo(new RenewOutcome.Refused(reason)));
}
