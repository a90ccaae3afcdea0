namespace CredBroker.Server.Telemetry;

/// <summary>What is measured beside the work itself.</summary>
public sealed class MetricsOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Telemetry:Metrics";

    /// <summary>How often the figures of the whole store are read, while anybody is told of them.</summary>
    public TimeSpan StoreInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Faults()
    {
        if (StoreInterval < TimeSpan.FromSeconds(1) || StoreInterval > TimeSpan.FromHours(1))
            yield return $"{SectionName}:{nameof(StoreInterval)} must lie between 00:00:01 and 01:00:00.";
    }
}
