namespace CredBroker.Server.Attestation.Oidc;

/// <summary>Settings of the <c>oidc</c> attestor. Changing them takes a restart; keys are read again by themselves.</summary>
public sealed class OidcOptions
{
    /// <summary>Where they stand in the configuration.</summary>
    public const string SectionName = "Attestation:Oidc";

    /// <summary>Whose ID tokens are accepted. None = nobody's.</summary>
    public IList<OidcIssuerOptions> Issuers { get; } = [];

    /// <summary>How far the issuers' clocks and ours may be apart: 0 to 30 s; 30 s when not set.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the last good keys of an issuer stay in force while they cannot be read: 1 min to 7 d; 24 h when not set.</summary>
    public TimeSpan LastGoodFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults()
    {
        foreach (var (i, issuer) in Issuers.Index())
        {
            var at = $"{SectionName}:{nameof(Issuers)}:{i}";
            foreach (var fault in issuer.Faults(at)) yield return fault;
            if (Issuers.Take(i).Any(other => other.EffectiveName == issuer.EffectiveName)) yield return $"{at}: another issuer has the same name, {issuer.EffectiveName}.";
            if (Issuers.Take(i).Any(other => other.EffectiveIssuer == issuer.EffectiveIssuer)) yield return $"{at}: its issuer stands there twice.";
        }

        if (ClockSkew < TimeSpan.Zero || ClockSkew > TimeSpan.FromSeconds(30)) yield return $"{SectionName}:{nameof(ClockSkew)} must be from 00:00:00 to 00:00:30.";
        if (LastGoodFor < TimeSpan.FromMinutes(1) || LastGoodFor > TimeSpan.FromDays(7))
            yield return $"{SectionName}:{nameof(LastGoodFor)} must be from 00:01:00 to 7.00:00:00.";
    }
}
