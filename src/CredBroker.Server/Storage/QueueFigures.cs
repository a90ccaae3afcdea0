namespace CredBroker.Server.Storage;

/// <summary>What waits for one backend.</summary>
/// <param name="BackendKey">The key of the backend.</param>
/// <param name="Depth">How many leases.</param>
/// <param name="OldestAge">How long ago the end of the oldest of those that are due next was recorded.</param>
internal sealed record QueueFigures(string BackendKey, long Depth, TimeSpan OldestAge);
