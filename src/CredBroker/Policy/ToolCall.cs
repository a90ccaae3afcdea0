using System.Net;
using CredBroker.Tasks;

namespace CredBroker.Policy;

/// <summary>What is asked of policy about a tool: may this task make this call?</summary>
public sealed record ToolCall
{
    /// <summary>The task.</summary>
    public required AgentTask Task { get; init; }

    /// <summary>The tool.</summary>
    public required string Tool { get; init; }

    /// <summary>What the call does: reads or writes.</summary>
    public required Capabilities Capability { get; init; }

    /// <summary>What it does it to.</summary>
    public required string Target { get; init; }

    /// <summary>How sensitive that is.</summary>
    public required Sensitivity Sensitivity { get; init; }

    /// <summary>How sensitive the caller said it is; null = the caller did not say.</summary>
    public Sensitivity? ToldSensitivity { get; init; }

    /// <summary>Where the call to the broker came from; null = not known.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>It is asked as if the workload had no lease.</summary>
    public bool IsOnlyLease { get; init; }
}
