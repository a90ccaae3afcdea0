using System.Net;

namespace CredBroker.Server.Telemetry;

/// <summary>Where telemetry is sent by OTLP, and how much of it.</summary>
public sealed class OtlpOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Telemetry:Otlp";

    /// <summary>The collector, such as <c>http://127.0.0.1:4317</c>; none = nothing is sent.</summary>
    public string? Endpoint { get; set; }

    /// <summary><c>grpc</c>, or <c>http</c> for protobuf over HTTP below <c>/v1/</c>.</summary>
    public string Protocol { get; set; } = "grpc";

    /// <summary>A file of headers to send along, <c>name=value</c> a line, for the broker's user alone; none = no headers.</summary>
    public string? HeadersFile { get; set; }

    /// <summary>Whether metrics are sent.</summary>
    public bool Metrics { get; set; } = true;

    /// <summary>How often they are.</summary>
    public TimeSpan MetricsInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether traces are sent.</summary>
    public bool Traces { get; set; } = true;

    /// <summary>The part of the traces that is recorded, 0 to 1, also of those that callers have begun.</summary>
    public double SampleRatio { get; set; } = 0.1;

    /// <summary>Whether logs are sent too; the console has them in any case.</summary>
    public bool Logs { get; set; }

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Faults()
    {
        if (!(SampleRatio is >= 0 and <= 1)) yield return $"{SectionName}:{nameof(SampleRatio)} must lie between 0 and 1.";
        if (MetricsInterval < TimeSpan.FromSeconds(1) || MetricsInterval > TimeSpan.FromHours(1))
            yield return $"{SectionName}:{nameof(MetricsInterval)} must lie between 00:00:01 and 01:00:00.";
        if (Protocol is not ("grpc" or "http")) yield return $"{SectionName}:{nameof(Protocol)} must be grpc or http.";
        if (Endpoint is null)
        {
            if (HeadersFile is not null || Logs) yield return $"{SectionName}: {nameof(Endpoint)} is not set, so nothing is sent.";
            yield break;
        }

        if (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) || !IsCollector(uri))
            yield return $"{SectionName}:{nameof(Endpoint)} must look like https://collector.example:4317, without user, query or fragment.";
        else if (HeadersFile is not null && uri.Scheme == Uri.UriSchemeHttp && !IsLoopback(uri))
            yield return $"{SectionName}:{nameof(HeadersFile)} holds secrets, and {nameof(Endpoint)} would send them in plain text to another machine; use https.";
    }

    private static bool IsCollector(Uri uri) =>
        (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0;

    private static bool IsLoopback(Uri uri) => IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address);
}
