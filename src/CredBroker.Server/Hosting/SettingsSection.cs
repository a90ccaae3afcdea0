namespace CredBroker.Server.Hosting;

/// <summary>A section of the settings that somebody reads, and checks himself below its name.</summary>
/// <param name="Name">Its path, such as <c>Storage:Redis</c>.</param>
internal sealed record SettingsSection(string Name);
