using CredBroker.Server.Hosting;

namespace CredBroker.Server.Telemetry;

/// <summary>Where Prometheus finds the metrics.</summary>
public sealed class PrometheusOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Telemetry:Prometheus";

    /// <summary>
    /// A listener of its own, such as <c>http://127.0.0.1:9464</c>, which answers <c>/metrics</c> and nothing else; port 0 = any free one.
    /// None = no metrics for Prometheus. It may leave loopback though it is plain text: it tells no secret and takes no order.
    /// </summary>
    public string? Listen { get; set; }

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Faults()
    {
        if (Listen is not null && !ListenOptions.TryRead(Listen, Uri.UriSchemeHttp, out _))
            yield return $"{SectionName}:{nameof(Listen)} must look like http://127.0.0.1:9464, with an address and not a name.";
    }
}
