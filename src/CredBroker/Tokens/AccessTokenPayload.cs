using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CredBroker.Tokens;

/// <summary>The claims as JSON. Member order is fixed, so the same claims are the same bytes.</summary>
internal static class AccessTokenPayload
{
    // A token is never pasted into HTML, and a purpose in another script would grow sixfold by the default escapes.
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(AccessTokenClaims claims, string issuer)
    {
        var buffer = new ArrayBufferWriter<byte>(1536);
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            writer.WriteStartObject();
            WriteRegistered(writer, claims, issuer);
            writer.WriteStartArray(ClaimNames.AuthorizationDetails);
            WriteTaskDetail(writer, claims);
            writer.WriteEndArray();
            WriteOurs(writer, claims);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteRegistered(Utf8JsonWriter writer, AccessTokenClaims claims, string issuer)
    {
        var issuedAt = claims.IssuedAt.ToUnixTimeSeconds();
        writer.WriteString(ClaimNames.Issuer, issuer);
        writer.WriteString(ClaimNames.Subject, claims.Subject);
        WriteActors(writer, claims.Actors);
        writer.WriteString(ClaimNames.ClientId, claims.ClientId);
        writer.WriteString(ClaimNames.Audience, claims.Audience);
        writer.WriteString(ClaimNames.TokenId, $"{claims.LeaseId.Value}.{claims.Generation}");
        writer.WriteNumber(ClaimNames.IssuedAt, issuedAt);
        writer.WriteNumber(ClaimNames.NotBefore, issuedAt);
        // Whole seconds, rounded down: a token never outlives its lease.
        writer.WriteNumber(ClaimNames.ExpiresAt, claims.ExpiresAt.ToUnixTimeSeconds());
        if (claims.Scopes.Count > 0) writer.WriteString(ClaimNames.Scope, string.Join(' ', claims.Scopes));
        writer.WriteString(ClaimNames.TransactionId, claims.TransactionId);
        if (claims.Key is not { } key) return;
        writer.WriteStartObject(ClaimNames.Confirmation);
        writer.WriteString(key.Kind == ProofKind.Dpop ? ClaimNames.KeyThumbprint : ClaimNames.CertificateThumbprint, key.Thumbprint);
        writer.WriteEndObject();
    }

    private static void WriteActors(Utf8JsonWriter writer, IReadOnlyList<string> actors)
    {
        foreach (var actor in actors)
        {
            writer.WriteStartObject(ClaimNames.Actor);
            writer.WriteString(ClaimNames.Subject, actor);
        }

        for (var open = 0; open < actors.Count; open++) writer.WriteEndObject();
    }

    private static void WriteTaskDetail(Utf8JsonWriter writer, AccessTokenClaims claims)
    {
        writer.WriteStartObject();
        writer.WriteString(ClaimNames.DetailType, ClaimNames.TaskDetailType);
        writer.WriteString(ClaimNames.DetailTaskId, claims.TaskId.Value);
        writer.WriteString(ClaimNames.DetailPurpose, claims.Purpose);
        writer.WriteString(ClaimNames.DetailIntentHash, HashOf(claims.Intent));
        writer.WriteStartArray(ClaimNames.DetailActions);
        if (claims.Capabilities.HasFlag(Capabilities.Read)) writer.WriteStringValue("read");
        if (claims.Capabilities.HasFlag(Capabilities.Write)) writer.WriteStringValue("write");
        if (claims.Capabilities.HasFlag(Capabilities.Delegate)) writer.WriteStringValue("delegate");
        writer.WriteEndArray();
        writer.WriteStartArray(ClaimNames.DetailLocations);
        writer.WriteStringValue(claims.Audience);
        if (claims.Target != claims.Audience) writer.WriteStringValue(claims.Target);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteOurs(Utf8JsonWriter writer, AccessTokenClaims claims)
    {
        writer.WriteStartArray(ClaimNames.Labels);
        foreach (var label in claims.Labels) writer.WriteStringValue(label);
        writer.WriteEndArray();
        writer.WriteString(ClaimNames.LeaseId, claims.LeaseId.Value);
        writer.WriteString(ClaimNames.PolicyVersion, claims.PolicyVersion);
        writer.WriteString(ClaimNames.AttestationDigest, claims.EvidenceDigest);
    }

    private static string HashOf(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
