namespace CredBroker.Server.Hosting;

/// <summary>How the broker is doing.</summary>
internal sealed record StatusReport(
    bool IsReady,
    IReadOnlyList<StatusComponent> Components,
    DateTimeOffset StartedAt,
    int Templates,
    string CatalogueVersion,
    string Store);
