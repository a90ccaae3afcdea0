namespace CredBroker.Server.Hosting;

/// <summary>A section of the settings that somebody reads, and checks below its name.</summary>
/// <param name="Name">Its path, such as <c>Storage:Redis</c>.</param>
/// <param name="Options">What it is bound to.</param>
internal sealed record SettingsSection(string Name, Type Options);
