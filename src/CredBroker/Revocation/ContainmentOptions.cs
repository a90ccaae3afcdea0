namespace CredBroker.Revocation;

/// <summary>When tasks that are refused too often are put into quarantine.</summary>
public sealed class ContainmentOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Containment";

    /// <summary>How many refusals of one task within <see cref="Window"/> put it into quarantine: 2 to 1,000; 0 = never.</summary>
    public int RefusalsPerTask { get; set; } = 5;

    /// <summary>How many refusals of all tasks of one workload within <see cref="Window"/> raise an alarm: 2 to 100,000; 0 = never.</summary>
    public int RefusalsPerWorkload { get; set; } = 50;

    /// <summary>Within how long: 1 s to 1 h.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Faults()
    {
        if (RefusalsPerTask is not 0 and (< 2 or > 1_000)) yield return $"{SectionName}:{nameof(RefusalsPerTask)} must be from 2 to 1000, or 0 for never.";
        if (RefusalsPerWorkload is not 0 and (< 2 or > 100_000))
            yield return $"{SectionName}:{nameof(RefusalsPerWorkload)} must be from 2 to 100000, or 0 for never.";
        if (Window < TimeSpan.FromSeconds(1) || Window > TimeSpan.FromHours(1)) yield return $"{SectionName}:{nameof(Window)} must be from 00:00:01 to 01:00:00.";
    }
}
