using System.ComponentModel.DataAnnotations;
using CredBroker.Templates;

namespace CredBroker.Server.Templates;

/// <summary>Where the templates, targets and workload rules come from.</summary>
public sealed class CatalogueOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Templates";

    /// <summary>The folder of YAML documents. Required.</summary>
    [Required(ErrorMessage = "Templates:Path is missing: name the folder of the catalogue's YAML documents.")]
    public string Path { get; set; } = "";

    /// <summary>How often the folder is looked at for changes: from 100 ms to 1 h, 2 s unless told otherwise.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ErrorMessage = "Templates:PollInterval must be from 00:00:00.1 to 01:00:00.")]
    public TimeSpan PollInterval { get; set; } = CatalogueReloader.DefaultPollInterval;
}
