using System.Net;
using CredBroker.Attestation;
using CredBroker.Tasks;

namespace CredBroker.Issuance;

/// <summary>Asks for a task.</summary>
public sealed record OpenTaskRequest
{
    /// <summary>Proof of what the caller is.</summary>
    public required Evidence Evidence { get; init; }

    /// <summary>The caller's own name for the task; empty = none.</summary>
    public string TaskRef { get; init; } = "";

    /// <summary>What the task is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>What the agent is going to do.</summary>
    public string Intent { get; init; } = "";

    /// <summary>Free labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Token of the task that this one works for; empty = a root task.</summary>
    public string ParentTaskToken { get; init; } = "";

    /// <summary>What the parent passes down.</summary>
    public IReadOnlyList<DelegatedTemplate> Delegation { get; init; } = [];

    /// <summary>How long it may take; null = the rule's maximum.</summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>How often a heartbeat will come; null = the rule's maximum.</summary>
    public TimeSpan? HeartbeatInterval { get; init; }

    /// <summary>Where the request came from; null = not known. It plays no part in whether two requests are the same.</summary>
    public IPAddress? Source { get; init; }
}
