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
}
