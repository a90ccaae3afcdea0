namespace CredBroker.Server.Attestation.SpiffeJwt;

/// <summary>Settings of the <c>spiffe_jwt</c> attestor. Changing them takes a restart; bundle files are read again by themselves.</summary>
public sealed class SpiffeJwtOptions
{
    /// <summary>Where they stand in the configuration.</summary>
    public const string SectionName = "Attestation:SpiffeJwt";

    /// <summary>The audience when none is set.</summary>
    public const string DefaultAudience = "credbroker";

    /// <summary>An SVID must be made for one of these. None = <see cref="DefaultAudience"/>.</summary>
    public IList<string> Audiences { get; } = [];

    /// <summary>Whose SVIDs are accepted. None = nobody's.</summary>
    public IList<SpiffeTrustDomainOptions> TrustDomains { get; } = [];

    /// <summary>How far the issuer's clock and ours may be apart: 0 to 30 s; 30 s when not set.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest life of an SVID, <c>exp</c> less <c>iat</c> (or less now, where it has no <c>iat</c>): 1 min to 24 h; 1 h when not set.</summary>
    public TimeSpan MaxLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long the last good bundle stays in force while it cannot be read: 1 min to 7 d; 24 h when not set.</summary>
    public TimeSpan LastGoodFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>One line for each wrong setting.</summary>
    internal IEnumerable<string> Faults() => [.. AudienceFaults(), .. TrustDomainFaults(), .. TimeFaults()];

    private IEnumerable<string> AudienceFaults()
    {
        for (var i = 0; i < Audiences.Count; i++)
            if (string.IsNullOrWhiteSpace(Audiences[i])) yield return Fault($"Audiences:{i}", "is empty");
    }

    private IEnumerable<string> TrustDomainFaults()
    {
        foreach (var (i, domain) in TrustDomains.Index())
        {
            foreach (var (setting, fault) in domain.Faults()) yield return Fault($"TrustDomains:{i}:{setting}", fault);
            if (TrustDomains.Take(i).Any(other => other.Name == domain.Name)) yield return Fault($"TrustDomains:{i}:Name", $"names {domain.Name} a second time");
        }
    }

    private IEnumerable<string> TimeFaults()
    {
        if (ClockSkew < TimeSpan.Zero || ClockSkew > TimeSpan.FromSeconds(30))
            yield return Fault("ClockSkew", "is not between 00:00:00 and 00:00:30");
        if (MaxLifetime < TimeSpan.FromMinutes(1) || MaxLifetime > TimeSpan.FromHours(24))
            yield return Fault("MaxLifetime", "is not between 00:01:00 and 1.00:00:00");
        if (LastGoodFor < TimeSpan.FromMinutes(1) || LastGoodFor > TimeSpan.FromDays(7))
            yield return Fault("LastGoodFor", "is not between 00:01:00 and 7.00:00:00");
    }

    private static string Fault(string setting, string what) => $"{SectionName}:{setting} {what}.";
}
