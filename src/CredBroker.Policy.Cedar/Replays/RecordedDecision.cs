using System.Net;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>A decision that an audit trail tells of, with what it was made by.</summary>
internal sealed record RecordedDecision
{
    /// <summary>What was asked for, such as <c>issue</c> or <c>tool_call</c>.</summary>
    public required string Verb { get; init; }

    /// <summary>What it was about: a template, a tool, or whose task.</summary>
    public required string About { get; init; }

    /// <summary>The capabilities that were asked for; empty for the opening of a task.</summary>
    public string Capabilities { get; init; } = "";

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The task, as it was.</summary>
    public required AgentTask Task { get; init; }

    /// <summary>Where the request came from; null = not known.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>What was asked of a template; null = it was about something else.</summary>
    public PolicyRequest? Use { get; init; }

    /// <summary>What was asked about a tool; null = it was about something else.</summary>
    public ToolCall? Call { get; init; }

    /// <summary>What the task's tree held; null = that is not recorded, for nobody looked.</summary>
    public IReadOnlyList<Lease>? Held { get; init; }

    /// <summary>How many leases its workload held, as far as that is recorded.</summary>
    public WorkloadCounts Counted { get; init; } = WorkloadCounts.None;

    /// <summary>Whether people had agreed to it.</summary>
    public bool WasApproved { get; init; }

    /// <summary>What was said.</summary>
    public required ReplayedOutcome Outcome { get; init; }

    /// <summary>The policies that determined it.</summary>
    public required IReadOnlyList<string> Policies { get; init; }
}
