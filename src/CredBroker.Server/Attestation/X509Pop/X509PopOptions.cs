namespace CredBroker.Server.Attestation.X509Pop;

/// <summary>Settings of the <c>x509_pop</c> attestor. Changing them takes a restart; roots are read again by themselves.</summary>
public sealed class X509PopOptions
{
    /// <summary>Where they stand in the configuration.</summary>
    public const string SectionName = "Attestation:X509Pop";

    /// <summary>Whose certificates are accepted. None = nobody's.</summary>
    public IList<X509AuthorityOptions> Authorities { get; } = [];

    /// <summary>How long the last good roots stay in force while they cannot be read: 1 min to 7 d; 24 h when not set.</summary>
    public TimeSpan LastGoodFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults()
    {
        foreach (var (i, authority) in Authorities.Index())
        {
            var at = $"{SectionName}:{nameof(Authorities)}:{i}";
            foreach (var fault in authority.Faults(at)) yield return fault;
            if (Authorities.Take(i).Any(other => other.Name == authority.Name)) yield return $"{at}:Name stands there twice.";
        }

        if (LastGoodFor < TimeSpan.FromMinutes(1) || LastGoodFor > TimeSpan.FromDays(7))
            yield return $"{SectionName}:{nameof(LastGoodFor)} must be from 00:01:00 to 7.00:00:00.";
    }
}
