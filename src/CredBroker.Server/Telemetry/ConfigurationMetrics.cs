using System.Diagnostics.Metrics;
using CredBroker.Policy.Cedar;
using CredBroker.Server.Hosting;
using CredBroker.Templates;

namespace CredBroker.Server.Telemetry;

/// <summary>Tells what the broker decides by, whether that is what lies on disk, and how what it uses was when it was last seen. Reading it calls nobody.</summary>
internal sealed class ConfigurationMetrics
{
    private const string Catalogue = "catalogue";
    private const string Policies = "policies";

    public ConfigurationMetrics(
        IMeterFactory meters, ITemplateCatalogue catalogue, CatalogueReloader templates, PolicyLibrary library, PolicyReloader policies,
        IEnumerable<IStatusSource> sources)
    {
        var meter = meters.Create(BrokerTelemetry.Name);
        meter.CreateObservableGauge("credbroker.catalogue.templates", () => catalogue.Current.Templates.Count, "{template}", "Templates in force.");
        meter.CreateObservableGauge("credbroker.policies", () => library.Count, "{policy}", "Policies in force.");
        meter.CreateObservableGauge(
            "credbroker.configuration.faults",
            IEnumerable<Measurement<int>> () => [Of(templates.Faults.Count, Catalogue), Of(policies.Faults.Count, Policies)],
            "{fault}",
            "Faults of the newest set on disk; above 0 an older one is in force.");
        meter.CreateObservableGauge(
            "credbroker.configuration.version",
            IEnumerable<Measurement<int>> () => [Version(Catalogue, catalogue.Current.Version), Version(Policies, library.Version)],
            "{set}",
            "Always 1: the content hash of the set in force.");
        meter.CreateObservableGauge(
            "credbroker.component.healthy",
            () => sources.SelectMany(source => source.Read()).DistinctBy(component => component.Name)
                .Select(component => new Measurement<int>(component.IsHealthy ? 1 : 0, new KeyValuePair<string, object?>("component", component.Name))),
            "{component}",
            "1 while a component is healthy.");
    }

    private static Measurement<int> Of(int count, string set) => new(count, new KeyValuePair<string, object?>("set", set));

    private static Measurement<int> Version(string set, string version) => new(1, new("set", set), new("version", version));
}
