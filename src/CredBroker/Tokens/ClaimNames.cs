namespace CredBroker.Tokens;

/// <summary>
/// The words of an access token, for whoever writes it and whoever reads it. Registered names are the registry's; names
/// that are ours alone begin with <c>credbroker.dev/</c> (RFC 7519 section 4.2), save <see cref="Labels"/>.
/// This file is linked into CredBroker.Verification and depends on nothing.
/// </summary>
internal static class ClaimNames
{
    /// <summary>Header <c>typ</c> of an access token (RFC 9068).</summary>
    public const string AccessTokenType = "at+jwt";

    public const string Issuer = "iss";
    public const string Subject = "sub";

    /// <summary>Who acts for the subject (RFC 8693 section 4.1); earlier actors stand inside.</summary>
    public const string Actor = "act";

    public const string ClientId = "client_id";
    public const string Audience = "aud";
    public const string TokenId = "jti";
    public const string IssuedAt = "iat";
    public const string NotBefore = "nbf";
    public const string ExpiresAt = "exp";
    public const string Scope = "scope";
    public const string TransactionId = "txn";

    /// <summary>The key that the token is bound to (RFC 7800).</summary>
    public const string Confirmation = "cnf";

    /// <summary>In <see cref="Confirmation"/>: thumbprint of a DPoP key (RFC 9449 section 6.1).</summary>
    public const string KeyThumbprint = "jkt";

    /// <summary>In <see cref="Confirmation"/>: thumbprint of a client's certificate (RFC 8705 section 3.1).</summary>
    public const string CertificateThumbprint = "x5t#S256";

    /// <summary>What fences match: an array of eleven-character labels.</summary>
    public const string Labels = "labels";

    public const string LeaseId = "credbroker.dev/lease_id";
    public const string PolicyVersion = "credbroker.dev/policy_version";
    public const string AttestationDigest = "credbroker.dev/attestation_digest";

    /// <summary>RFC 9396: an array with one member, of type <see cref="TaskDetailType"/>.</summary>
    public const string AuthorizationDetails = "authorization_details";

    public const string TaskDetailType = "credbroker_task";
    public const string DetailType = "type";
    public const string DetailTaskId = "task_id";
    public const string DetailPurpose = "purpose";
    public const string DetailIntentHash = "intent_hash";
    public const string DetailActions = "actions";
    public const string DetailLocations = "locations";
}
