namespace CredBroker.Server.Attestation.SpiffeX509;

/// <summary>Settings of the <c>spiffe_x509</c> attestor. Changing them takes a restart; bundles are read again by themselves.</summary>
public sealed class SpiffeX509Options
{
    /// <summary>Where they stand in the configuration.</summary>
    public const string SectionName = "Attestation:SpiffeX509";

    /// <summary>Whose X.509-SVIDs are accepted. None = nobody's.</summary>
    public IList<SpiffeTrustDomainOptions> TrustDomains { get; } = [];

    /// <summary>How long the last good bundle stays in force while it cannot be read: 1 min to 7 d; 24 h when not set.</summary>
    public TimeSpan LastGoodFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults()
    {
        foreach (var (i, domain) in TrustDomains.Index())
        {
            var at = $"{SectionName}:{nameof(TrustDomains)}:{i}";
            foreach (var (setting, fault) in domain.Faults()) yield return $"{at}:{setting} {fault}.";
            if (TrustDomains.Take(i).Any(other => other.Name == domain.Name)) yield return $"{at}:Name names {domain.Name} a second time.";
        }

        if (LastGoodFor < TimeSpan.FromMinutes(1) || LastGoodFor > TimeSpan.FromDays(7))
            yield return $"{SectionName}:{nameof(LastGoodFor)} must be from 00:01:00 to 7.00:00:00.";
    }
}
