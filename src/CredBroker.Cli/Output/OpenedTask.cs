namespace CredBroker.Cli.Output;

/// <summary>What <c>task open</c> prints as JSON.</summary>
internal sealed record OpenedTask(
    string TaskId, string Purpose, string Subject, string Tenant, DateTimeOffset Deadline, double? HeartbeatSeconds, string? TokenFile, string? TaskToken);
