using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Hosting;

/// <summary>
/// Refuses sections that nobody reads, which a slip of the pen makes of those that somebody does. The environment is other programs'
/// too: of its variables only those count whose first part is one of ours.
/// </summary>
internal sealed class SettingsSections(IConfiguration configuration, IEnumerable<SettingsSection> sections) : IValidateOptions<SettingsSections.Names>
{
    private static readonly string[] Frameworks = ["Logging", "Kestrel", "AllowedHosts"];

    private readonly string[] _known = [.. sections.Select(section => section.Name), .. Frameworks];

    public ValidateOptionsResult Validate(string? name, Names options)
    {
        string[] faults = [.. ((IConfigurationRoot)configuration).Providers.SelectMany(Unknown).Distinct(StringComparer.OrdinalIgnoreCase)];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<string> Unknown(IConfigurationProvider provider)
    {
        var isShared = provider is EnvironmentVariablesConfigurationProvider;
        foreach (var top in Children(provider, null))
        {
            if (!Children(provider, top).Any() || (isShared && !LeadsSomewhere(top) && !IsRead(top))) continue;
            foreach (var fault in Unknown(provider, top)) yield return fault;
        }
    }

    private IEnumerable<string> Unknown(IConfigurationProvider provider, string path)
    {
        if (IsRead(path)) yield break;
        if (!LeadsSomewhere(path))
        {
            yield return $"{path} is not a setting. There are: {string.Join(", ", _known.Except(Frameworks).Order(StringComparer.Ordinal))}.";
            yield break;
        }

        foreach (var fault in Children(provider, path).SelectMany(child => Unknown(provider, $"{path}:{child}"))) yield return fault;
    }

    private static IEnumerable<string> Children(IConfigurationProvider provider, string? path) =>
        provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase);

    private bool IsRead(string path) => _known.Contains(path, StringComparer.OrdinalIgnoreCase);

    private bool LeadsSomewhere(string path) => _known.Any(known => known.StartsWith(path + ":", StringComparison.OrdinalIgnoreCase));

    /// <summary>Nothing is set by it: it stands for the names of the settings.</summary>
    internal sealed class Names;
}
