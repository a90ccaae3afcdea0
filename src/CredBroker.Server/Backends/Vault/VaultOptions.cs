namespace CredBroker.Server.Backends.Vault;

/// <summary>Which clusters of Vault or OpenBao make secrets. Changing them takes a restart.</summary>
public sealed class VaultOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Backends:Vault";

    /// <summary>The clusters; a template that names none means the first. None = templates cannot name Vault.</summary>
    public IList<VaultClusterOptions> Clusters { get; } = [];

    /// <summary>What is wrong with the settings, one line each.</summary>
    /// <param name="isDevelopment">Whether a cluster on this machine may be talked to without TLS.</param>
    internal IEnumerable<string> Faults(bool isDevelopment)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Clusters.Count; i++)
        {
            var at = $"{SectionName}:{nameof(Clusters)}:{i}";
            foreach (var fault in Clusters[i].Faults(at, isDevelopment)) yield return fault;
            if (!names.Add(Clusters[i].Name)) yield return $"{at}:{nameof(VaultClusterOptions.Name)} names {Clusters[i].Name} a second time.";
        }
    }
}
