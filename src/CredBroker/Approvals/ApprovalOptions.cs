namespace CredBroker.Approvals;

/// <summary>How long people may take, and how much one task and one workload may ask of them.</summary>
public sealed class ApprovalOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Approvals";

    /// <summary>How long a request can be agreed to and used, from when it was made: 1 s to 24 h, 15 min unless told otherwise.</summary>
    public TimeSpan LapseAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long it is remembered once nothing can become of it any more: 1 s to 7 days, 1 h unless told otherwise.</summary>
    public TimeSpan Remember { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How many requests of one task there may be that were not used: open ones, and those that were refused or lapsed while they
    /// are remembered. 1 to 1,000, 10 unless told otherwise.
    /// </summary>
    public int MaxPerTask { get; set; } = 10;

    /// <summary>
    /// How many such requests there may be of one workload, over all its tasks; whoever opens many tasks can ask for no more. 1 to 10,000,
    /// 50 unless told otherwise.
    /// </summary>
    public int MaxPerWorkload { get; set; } = 50;

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Faults()
    {
        if (LapseAfter < TimeSpan.FromSeconds(1) || LapseAfter > TimeSpan.FromHours(24)) yield return $"{SectionName}:{nameof(LapseAfter)} must be from 00:00:01 to 1.00:00:00.";
        if (Remember < TimeSpan.FromSeconds(1) || Remember > TimeSpan.FromDays(7)) yield return $"{SectionName}:{nameof(Remember)} must be from 00:00:01 to 7.00:00:00.";
        if (MaxPerTask is < 1 or > 1_000) yield return $"{SectionName}:{nameof(MaxPerTask)} must be from 1 to 1000.";
        if (MaxPerWorkload is < 1 or > 10_000) yield return $"{SectionName}:{nameof(MaxPerWorkload)} must be from 1 to 10000.";
    }
}
