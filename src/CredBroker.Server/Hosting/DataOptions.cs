namespace CredBroker.Server.Hosting;

/// <summary>Where the broker keeps its own files.</summary>
public sealed class DataOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Data";

    /// <summary>The data folder: signing key, audit trail, embedded store. Created 0700 where it is missing; relative to the working folder.</summary>
    public string Path { get; set; } = "data";

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(Path)) yield return "Data:Path must name a folder.";
    }
}
