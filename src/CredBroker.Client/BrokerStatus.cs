namespace CredBroker.Client;

/// <summary>How the broker is doing.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Ready">Whether it would issue now.</param>
/// <param name="Components">Its parts.</param>
/// <param name="StartedAt">When its process started.</param>
/// <param name="Templates">How many templates are in force.</param>
/// <param name="CatalogueVersion">Content hash of the documents in force.</param>
/// <param name="Store">Its store: <c>embedded</c>, <c>single</c>, <c>sentinel</c> or <c>cluster</c>.</param>
/// <param name="QueueDepth">Revocations that wait for a backend.</param>
/// <param name="DeadLetters">Leases whose backend would not revoke them.</param>
public sealed record BrokerStatus(
    string Version,
    bool Ready,
    IReadOnlyList<BrokerComponent> Components,
    DateTimeOffset StartedAt,
    int Templates,
    string CatalogueVersion,
    string Store,
    long QueueDepth,
    long DeadLetters);
