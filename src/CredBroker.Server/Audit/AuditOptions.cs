namespace CredBroker.Server.Audit;

/// <summary>Where the audit trail goes. It cannot be switched off.</summary>
public sealed class AuditOptions
{
    /// <summary>Section of the settings.</summary>
    public const string SectionName = "Audit";

    private const long SmallestFile = 64 * 1024;

    /// <summary>The folder, as an absolute path; unset = <c>audit</c> below the data folder.</summary>
    public string? Path { get; set; }

    /// <summary>Size in bytes at which the next file is begun; at least 64 KB, 256 MB where unset.</summary>
    public long MaxFileBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>What is wrong with the settings, one line each; empty where they are good.</summary>
    public IEnumerable<string> Faults()
    {
        if (Path is not null && !System.IO.Path.IsPathFullyQualified(Path))
            yield return $"{SectionName}:{nameof(Path)} must be an absolute path.";
        if (MaxFileBytes < SmallestFile)
            yield return $"{SectionName}:{nameof(MaxFileBytes)} must be at least {SmallestFile}.";
    }
}
