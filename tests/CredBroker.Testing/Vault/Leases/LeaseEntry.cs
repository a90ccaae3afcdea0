using System.Text.Json.Nodes;
using CredBroker.Testing.Vault.Engines;

namespace CredBroker.Testing.Vault.Leases;

/// <summary>A leased secret that stands. The secret itself is not kept.</summary>
internal sealed record LeaseEntry
{
    public required string Id { get; init; }

    public required string Namespace { get; init; }

    /// <summary>The path that was asked, such as <c>database/creds/readonly</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The token that it dies with; null where that is an orphaned batch token, which nothing is indexed by.</summary>
    public string? Token { get; init; }

    /// <summary>For a batch token: its end, beyond which no lease of it goes.</summary>
    public DateTimeOffset? TokenExpiresAt { get; init; }

    public required ISecretEngine Engine { get; init; }

    public required SecretTerms Terms { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RenewedAt { get; init; }

    /// <summary>Attempts of Vault's own to revoke it that failed.</summary>
    public int Attempts { get; init; }

    /// <summary>What the last of them said; Vault has given up.</summary>
    public string? RevokeError { get; init; }

    public bool IsIrrevocable => RevokeError is not null;

    public JsonObject Describe(DateTimeOffset now)
    {
        var described = new JsonObject
        {
            ["id"] = Id,
            ["issue_time"] = IssuedAt.ToString("O"),
            ["expire_time"] = ExpiresAt.ToString("O"),
            ["last_renewal"] = RenewedAt?.ToString("O"),
            ["renewable"] = Terms.Renewable,
            ["ttl"] = (long)(ExpiresAt - now).TotalSeconds,
            ["path"] = Path,
        };
        if (RevokeError is not null) described["revoke_error"] = RevokeError;
        if (Namespace.Length > 0) described["namespace_path"] = Namespace + "/";
        return described;
    }
}
