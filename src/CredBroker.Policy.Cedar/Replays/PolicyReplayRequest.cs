namespace CredBroker.Policy.Cedar.Replays;

/// <summary>What is to be asked again, and of what.</summary>
/// <param name="Audit">Files of audit trails, and folders of them; a task and its decisions may stand in different ones.</param>
/// <param name="Policies">The folder of the policies.</param>
/// <param name="Templates">The folder of templates and targets; null = those that were in force at the time.</param>
public sealed record PolicyReplayRequest(IReadOnlyList<string> Audit, string Policies, string? Templates);
