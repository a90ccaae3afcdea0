using System.Diagnostics.Metrics;
using CredBroker.Server.Hosting;
using CredBroker.Server.Tests.Faults;
using CredBroker.Testing.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CredBroker.Server.Tests.Telemetry;

/// <summary>The table of <c>docs/metrics.md</c> is what dashboards and alerts are written by.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class InstrumentTests
{
    private OwnStore _store = null!;
    private WebApplication _broker = null!;
    private IReadOnlyList<string> _published = [];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _store = await OwnStore.StartAsync();
        _broker = BrokerHost.Build(_store.Site.Arguments, builder => builder.Logging.ClearProviders());
        await _broker.StartAsync();
        _published = Published(_broker.Services.GetRequiredService<IMeterFactory>());
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
    }

    [Test]
    public void Instruments_OfTheBroker_AreThoseOfTheDocument() =>
        Assert.That(_published, Is.EquivalentTo(MetricsDocument.Rows.Select(row => $"{row.Name} {row.Kind} {row.Unit}")));

    [Test]
    public void Document_Table_IsRead() => Assert.That(MetricsDocument.Rows, Has.Count.GreaterThan(40));

    /// <summary>Everything that this broker publishes, and no other of this process.</summary>
    private static List<string> Published(IMeterFactory meters)
    {
        var found = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == BrokerTelemetry.Name && ReferenceEquals(instrument.Meter.Scope, meters))
                    found.Add($"{instrument.Name} {KindOf(instrument)} {instrument.Unit}");
            },
        };
        listener.Start();
        return found;
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" => "counter",
        "Histogram" => "histogram",
        "ObservableGauge" => "gauge",
        var other => other,
    };
}
