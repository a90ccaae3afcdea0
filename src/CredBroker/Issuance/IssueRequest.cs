using System.Net;

namespace CredBroker.Issuance;

/// <summary>Asks for a credential.</summary>
public sealed record IssueRequest
{
    /// <summary>The template.</summary>
    public required string Template { get; init; }

    /// <summary>What it is wanted for.</summary>
    public required Capabilities Capabilities { get; init; }

    /// <summary>How long; null = the template's default.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>The key that an access token is to be bound to; null = as the template says.</summary>
    public ProofKey? ProofKey { get; init; }

    /// <summary>Makes a retry safe; empty = none.</summary>
    public string IdempotencyKey { get; init; } = "";

    /// <summary>Why, for the audit trail.</summary>
    public string Justification { get; init; } = "";

    /// <summary>What people have agreed to; empty = nothing yet. It plays no part in whether two requests are the same.</summary>
    public string ApprovalId { get; init; } = "";

    /// <summary>Where the request came from; null = not known. It plays no part in whether two requests are the same.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Hash of the key that makes a retry safe; null = there is none.</summary>
    public string? IdempotencyKeyHash => IdempotencyKey.Length == 0 ? null : RequestDigest.Of([IdempotencyKey]);

    /// <summary>What has to be the same in a retry; empty where it has no key.</summary>
    public string Digest => IdempotencyKey.Length == 0
        ? ""
        : RequestDigest.Of([Template, Capabilities.ToString(), Ttl?.ToString("c") ?? "", Justification, ProofKey?.Text ?? ""]);
}
