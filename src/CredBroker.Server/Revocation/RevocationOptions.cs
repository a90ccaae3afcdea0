namespace CredBroker.Server.Revocation;

/// <summary>How hard backends are asked to revoke.</summary>
public sealed class RevocationOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Revocation";

    /// <summary>Attempts under way at one backend at a time: 1 to 1,000.</summary>
    public int InFlightPerBackend { get; set; } = 16;

    /// <summary>Attempts begun at one backend in a second: 1 to 100,000.</summary>
    public int RatePerBackend { get; set; } = 200;

    /// <summary>How long one attempt may take: 1 s to 45 s. An entry is given to somebody else after <see cref="Visibility"/>.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>After how long an entry whose worker has not answered is given to another: more than an attempt, at most 10 min.</summary>
    public TimeSpan Visibility { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Failures in a row after which a backend is left alone for a while and then probed once: 1 to 1,000.</summary>
    public int FailuresBeforeBreak { get; set; } = 5;

    /// <summary>For how long it is left alone: 500 ms to 10 min.</summary>
    public TimeSpan BreakFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Faults()
    {
        if (InFlightPerBackend is < 1 or > 1_000) yield return $"{SectionName}:{nameof(InFlightPerBackend)} must be from 1 to 1000.";
        if (RatePerBackend is < 1 or > 100_000) yield return $"{SectionName}:{nameof(RatePerBackend)} must be from 1 to 100000.";
        if (AttemptTimeout < TimeSpan.FromSeconds(1) || AttemptTimeout > TimeSpan.FromSeconds(45))
            yield return $"{SectionName}:{nameof(AttemptTimeout)} must be from 00:00:01 to 00:00:45.";
        if (Visibility <= AttemptTimeout || Visibility > TimeSpan.FromMinutes(10))
            yield return $"{SectionName}:{nameof(Visibility)} must be more than {nameof(AttemptTimeout)} and at most 00:10:00.";
        if (FailuresBeforeBreak is < 1 or > 1_000) yield return $"{SectionName}:{nameof(FailuresBeforeBreak)} must be from 1 to 1000.";
        if (BreakFor < TimeSpan.FromMilliseconds(500) || BreakFor > TimeSpan.FromMinutes(10))
            yield return $"{SectionName}:{nameof(BreakFor)} must be from 00:00:00.5 to 00:10:00.";
    }
}
