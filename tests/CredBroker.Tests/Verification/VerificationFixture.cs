using CredBroker.Testing.Verification;
using CredBroker.Verification;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Verification;

/// <summary>A fake broker for each test, and services that trust it.</summary>
internal abstract class VerificationFixture
{
    private readonly List<ProtectedService> _services = [];

    protected static DateTimeOffset Start { get; } = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    protected FakeTimeProvider Time { get; private set; } = null!;

    protected FakeBroker Broker { get; private set; } = null!;

    [SetUp]
    public async Task StartBrokerAsync()
    {
        Time = new FakeTimeProvider(Start);
        Broker = await FakeBroker.StartAsync(Time);
    }

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var service in _services) await service.DisposeAsync();
        _services.Clear();
        await Broker.DisposeAsync();
    }

    /// <summary>A service that may not be ready yet.</summary>
    protected async Task<ProtectedService> BeginServiceAsync(Action<CredBrokerVerificationOptions>? configure = null)
    {
        var service = await ProtectedService.StartAsync(Broker, Time, configure);
        _services.Add(service);
        return service;
    }

    /// <summary>A service whose keys and feed are fresh.</summary>
    protected async Task<ProtectedService> StartServiceAsync(Action<CredBrokerVerificationOptions>? configure = null)
    {
        var service = await BeginServiceAsync(configure);
        await service.WaitUntilFreshAsync();
        return service;
    }
}
