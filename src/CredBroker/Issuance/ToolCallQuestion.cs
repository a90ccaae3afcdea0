using System.Net;

namespace CredBroker.Issuance;

/// <summary>Asks whether a tool may be called.</summary>
public sealed record ToolCallQuestion
{
    /// <summary>The tool.</summary>
    public required string Tool { get; init; }

    /// <summary>What the call does: one of <see cref="Capabilities.Read"/> and <see cref="Capabilities.Write"/>.</summary>
    public required Capabilities Capability { get; init; }

    /// <summary>What it does it to: a target of the catalogue, or any other name.</summary>
    public required string Target { get; init; }

    /// <summary>How sensitive the caller says that is; it can only raise what the catalogue says. Null = it says nothing.</summary>
    public Sensitivity? Sensitivity { get; init; }

    /// <summary>SHA-256 of the arguments, lower-case hex, for the audit trail and for people who have to agree; empty = not told.</summary>
    public string ArgumentsDigest { get; init; } = "";

    /// <summary>What people have agreed to; empty = nothing yet.</summary>
    public string ApprovalId { get; init; } = "";

    /// <summary>Where the question came from; null = not known.</summary>
    public IPAddress? Source { get; init; }
}
