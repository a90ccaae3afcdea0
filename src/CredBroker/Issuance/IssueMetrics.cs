using System.Diagnostics;
using System.Diagnostics.Metrics;
using CredBroker.Leases;
using CredBroker.Templates;

namespace CredBroker.Issuance;

/// <summary>Measures issuing, from the call to the reply.</summary>
public sealed class IssueMetrics
{
    private const string NoBackend = "none";
    private readonly ITemplateCatalogue _catalogue;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _issued;
    private readonly Counter<long> _renewed;

    /// <summary>Makes the instruments.</summary>
    public IssueMetrics(IMeterFactory meters, ITemplateCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _catalogue = catalogue;
        var meter = meters.Create(BrokerTelemetry.Name);
        _duration = meter.CreateDuration("credbroker.issue.duration", "How long an issue took, from the call to the reply.");
        _issued = meter.CreateCounter<long>("credbroker.leases.issued", "{lease}", "Credentials that left the broker.");
        _renewed = meter.CreateCounter<long>("credbroker.leases.renewed", "{lease}", "Renewals.");
    }

    /// <summary>Begins to measure; what it returns goes to whatever ends it.</summary>
    public static long Begin() => Stopwatch.GetTimestamp();

    /// <summary>An issue has come to its outcome.</summary>
    public void Issued(IssueOutcome outcome, string template, long since)
    {
        if (outcome is not IssueOutcome.Issued({ Lease.Terms: var terms }))
        {
            Ended(BackendOf(template), "pending", since);
            return;
        }

        Ended(terms.Backend, "issued", since);
        _issued.Add(1, new("template", terms.Template), new("backend", terms.Backend));
    }

    /// <summary>An issue was refused, or failed.</summary>
    /// <param name="exception">How.</param>
    /// <param name="template">What the caller asked for, which need not be there.</param>
    /// <param name="since">When it began.</param>
    public void NotIssued(Exception exception, string template, long since) => Ended(BackendOf(template), BrokerTelemetry.OutcomeOf(exception), since);

    /// <summary>A lease lives longer.</summary>
    public void Renewed(Lease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        _renewed.Add(1, new("template", lease.Terms.Template), new("backend", lease.Terms.Backend));
    }

    private void Ended(string backend, string outcome, long since) =>
        _duration.Record(Stopwatch.GetElapsedTime(since).TotalSeconds, new("backend", backend), new(BrokerTelemetry.Outcome, outcome));

    private string BackendOf(string template) =>
        _catalogue.Current.Templates.TryGetValue(template, out var found) ? found.Backend.Name : NoBackend;
}
