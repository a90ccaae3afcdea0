using System.ComponentModel.DataAnnotations;
using CredBroker.Policy.Cedar;

namespace CredBroker.Server.Policy;

/// <summary>Where the policies come from.</summary>
public sealed class PolicyOptions
{
    /// <summary>The section of the settings.</summary>
    public const string SectionName = "Policies";

    /// <summary>The folder of <c>*.cedar</c> files. Required: without policies nothing is allowed.</summary>
    [Required(ErrorMessage = "Policies:Path is missing: name the folder of the *.cedar files. Without policies nothing is allowed; samples/policies/starter is a set to start with.")]
    public string Path { get; set; } = "";

    /// <summary>How often the folder is looked at for changes: from 100 ms to 1 h, 2 s unless told otherwise.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ErrorMessage = "Policies:PollInterval must be from 00:00:00.1 to 01:00:00.")]
    public TimeSpan PollInterval { get; set; } = PolicyReloader.DefaultPollInterval;

    /// <summary>What becomes of live leases that changed templates or policies no longer permit: they are reported unless told otherwise.</summary>
    public TighteningMode Tightening { get; set; } = TighteningMode.Report;

    /// <summary>How many live leases are looked at in a second after a change: 1 to 100,000.</summary>
    [Range(1, 100_000, ErrorMessage = "Policies:TighteningRate must be from 1 to 100000.")]
    public int TighteningRate { get; set; } = 500;

    /// <summary>How long after a change that begins: up to 1 h. By then every replica should have the change.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "Policies:TighteningDelay must be from 00:00:00 to 01:00:00.")]
    public TimeSpan TighteningDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The folder where compiled Cedar is kept between starts, for the broker's user alone; empty = <c>cedar</c> in the data folder.</summary>
    public string CachePath { get; set; } = "";
}
