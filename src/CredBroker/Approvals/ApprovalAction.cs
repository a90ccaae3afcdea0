using System.Globalization;

namespace CredBroker.Approvals;

/// <summary>The very thing that people are asked to agree to. Whatever else is asked for is another one.</summary>
public sealed record ApprovalAction
{
    /// <summary>The task.</summary>
    public required TaskId TaskId { get; init; }

    /// <summary>The tenant of its workload.</summary>
    public required string Tenant { get; init; }

    /// <summary>The attested subject of its workload.</summary>
    public required string Workload { get; init; }

    /// <summary>The template or the tool.</summary>
    public required string Subject { get; init; }

    /// <summary>Content hash of the template; empty for a tool.</summary>
    public string SubjectVersion { get; init; } = "";

    /// <summary>Whether it is the call of a tool, and not the use of a template.</summary>
    public bool IsToolCall { get; init; }

    /// <summary>SHA-256 of the arguments of a tool's call, lower-case hex; empty for a template.</summary>
    public string ArgumentsDigest { get; init; } = "";

    /// <summary>What is wanted.</summary>
    public required Capabilities Capabilities { get; init; }

    /// <summary>What it is wanted of.</summary>
    public required string Target { get; init; }

    /// <summary>How sensitive that is.</summary>
    public required Sensitivity Sensitivity { get; init; }

    /// <summary>For how long; null for a tool.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>The key that the credential is to be bound to, where the caller named one.</summary>
    public ProofKey? ProofKey { get; init; }

    /// <summary>The policies that want it approved.</summary>
    public required string PolicyVersion { get; init; }

    /// <summary>Why, in the caller's words.</summary>
    public string Justification { get; init; } = "";

    /// <summary>SHA-256 over all of it, lower-case hex.</summary>
    public string Digest => RequestDigest.Of(
    [
        TaskId.Value, Tenant, Workload, IsToolCall ? "tool" : "template", Subject, SubjectVersion, ArgumentsDigest, Capabilities.ToString(), Target,
        Sensitivity.ToString(), Ttl?.ToString("c", CultureInfo.InvariantCulture) ?? "", ProofKey?.Text ?? "", PolicyVersion, Justification,
    ]);

    /// <summary>Whether another is the same but for the policies and templates that were in force.</summary>
    public bool IsSameButForVersions(ApprovalAction other) =>
        this with { PolicyVersion = other.PolicyVersion, SubjectVersion = other.SubjectVersion } == other;
}
