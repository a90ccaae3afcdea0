namespace CredBroker.Server.Attestation.Kubernetes;

/// <summary>Settings of the <c>kubernetes</c> attestor. Changing them takes a restart; keys are read again by themselves.</summary>
public sealed class KubernetesOptions
{
    /// <summary>Where they stand in the configuration.</summary>
    public const string SectionName = "Attestation:Kubernetes";

    /// <summary>Whose pods are accepted. None = nobody's.</summary>
    public IList<KubernetesClusterOptions> Clusters { get; } = [];

    /// <summary>How far the clusters' clocks and ours may be apart: 0 to 30 s; 30 s when not set.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the last good keys of a cluster stay in force while they cannot be read: 1 min to 7 d; 24 h when not set.</summary>
    public TimeSpan LastGoodFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults()
    {
        foreach (var (i, cluster) in Clusters.Index())
        {
            var at = $"{SectionName}:{nameof(Clusters)}:{i}";
            foreach (var fault in cluster.Faults(at)) yield return fault;
            if (Clusters.Take(i).Any(other => other.Name == cluster.Name)) yield return $"{at}:Name stands there twice.";
        }

        if (ClockSkew < TimeSpan.Zero || ClockSkew > TimeSpan.FromSeconds(30)) yield return $"{SectionName}:{nameof(ClockSkew)} must be from 00:00:00 to 00:00:30.";
        if (LastGoodFor < TimeSpan.FromMinutes(1) || LastGoodFor > TimeSpan.FromDays(7))
            yield return $"{SectionName}:{nameof(LastGoodFor)} must be from 00:01:00 to 7.00:00:00.";
    }
}
