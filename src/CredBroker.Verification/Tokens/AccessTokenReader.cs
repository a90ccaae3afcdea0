using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using System.Text.Json;
using CredBroker.Tokens;
using CredBroker.Verification.Keys;
using CredBroker.Verification.Proofs;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CredBroker.Verification.Tokens;

/// <summary>
/// Reads the claims of a token whose signature is good. Stricter than JSON: a name that stands twice, a claim of the wrong
/// type or a missing one is refused, so that nobody can read the same token in two ways.
/// </summary>
internal static class AccessTokenReader
{
    private const int MaxLabels = 64;
    private const string Actor = CredBrokerClaimTypes.Actor;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    public static VerificationResult Read(JsonWebToken token, SigningKey key, string audience)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload), Strict);
            return Read(document.RootElement, key, audience);
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or InvalidOperationException)
        {
            return VerificationOutcome.Malformed;
        }
    }

    private static VerificationResult Read(JsonElement payload, SigningKey key, string audience)
    {
        if (payload.ValueKind != JsonValueKind.Object) return VerificationOutcome.Malformed;

        // An array of one would be legal elsewhere; the broker writes a plain string, and one form is easier to guard.
        if (!TryText(payload, ClaimNames.Audience, out var target) || target != audience) return VerificationOutcome.WrongAudience;
        if (!TryBinding(payload, out var binding)) return VerificationOutcome.ProofRequired;

        if (!TryText(payload, ClaimNames.TokenId, out var tokenId)
            || !TryText(payload, ClaimNames.Subject, out var subject)
            || !TryText(payload, ClaimNames.ClientId, out var clientId)
            || !TryText(payload, ClaimNames.LeaseId, out var leaseId)
            || !TryInstant(payload, ClaimNames.IssuedAt, out var issuedAt)
            || !TryInstant(payload, ClaimNames.NotBefore, out var notBefore)
            || !TryInstant(payload, ClaimNames.ExpiresAt, out var expiresAt)
            || !TryLabels(payload, out var labels))
            return VerificationOutcome.MissingClaim;

        List<Claim> claims =
        [
            new(CredBrokerClaimTypes.Subject, subject), new(CredBrokerClaimTypes.ClientId, clientId),
            new(CredBrokerClaimTypes.TokenId, tokenId), new(CredBrokerClaimTypes.LeaseId, leaseId),
        ];
        AddGrants(payload, claims);
        return new VerificationResult(VerificationOutcome.Accepted, new VerifiedAccessToken
        {
            Key = key,
            LeaseId = leaseId,
            Labels = labels,
            IssuedAt = issuedAt,
            NotBefore = notBefore,
            ExpiresAt = expiresAt,
            Claims = claims,
            Binding = binding,
        });
    }

    // A binding that is not understood binds all the same: nobody can prove it here.
    private static bool TryBinding(JsonElement payload, out TokenBinding? binding)
    {
        binding = null;
        if (!payload.TryGetProperty(ClaimNames.Confirmation, out var cnf)) return true;
        if (cnf.ValueKind != JsonValueKind.Object || cnf.EnumerateObject().Count() != 1) return false;
        if (TryText(cnf, ClaimNames.KeyThumbprint, out var key)) binding = new TokenBinding(IsCertificate: false, key);
        else if (TryText(cnf, ClaimNames.CertificateThumbprint, out var certificate)) binding = new TokenBinding(IsCertificate: true, certificate);
        return binding is not null;
    }

    private static void AddGrants(JsonElement payload, List<Claim> claims)
    {
        if (TryText(payload, ClaimNames.Scope, out var scopes))
            claims.AddRange(scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().Select(scope => new Claim(CredBrokerClaimTypes.Scope, scope)));
        if (TryText(payload, ClaimNames.TransactionId, out var transaction))
            claims.Add(new Claim(CredBrokerClaimTypes.TransactionId, transaction));
        if (payload.TryGetProperty(Actor, out var actor) && actor.ValueKind == JsonValueKind.Object)
            claims.Add(new Claim(CredBrokerClaimTypes.Actor, actor.GetRawText(), JsonClaimValueTypes.Json));
        if (TaskDetail(payload) is { } detail) AddTask(detail, claims);
    }

    private static void AddTask(JsonElement detail, List<Claim> claims)
    {
        if (TryText(detail, ClaimNames.DetailTaskId, out var taskId))
            claims.Add(new Claim(CredBrokerClaimTypes.TaskId, taskId));
        if (!detail.TryGetProperty(ClaimNames.DetailActions, out var actions) || actions.ValueKind != JsonValueKind.Array) return;
        claims.AddRange(actions.EnumerateArray().Where(IsText).Select(action => new Claim(CredBrokerClaimTypes.Capability, action.GetString()!)));
    }

    private static JsonElement? TaskDetail(JsonElement payload)
    {
        if (!payload.TryGetProperty(ClaimNames.AuthorizationDetails, out var details) || details.ValueKind != JsonValueKind.Array) return null;
        foreach (var detail in details.EnumerateArray())
        {
            if (detail.ValueKind == JsonValueKind.Object && TryText(detail, ClaimNames.DetailType, out var type) && type == ClaimNames.TaskDetailType)
                return detail;
        }

        return null;
    }

    private static bool IsText(JsonElement value) => value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 };

    private static bool TryText(JsonElement element, string name, [NotNullWhen(true)] out string? text)
    {
        text = element.TryGetProperty(name, out var value) && IsText(value) ? value.GetString() : null;
        return text is not null;
    }

    private static bool TryInstant(JsonElement payload, string name, out DateTimeOffset instant)
    {
        instant = default;
        if (!payload.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Number) return false;
        if (!value.TryGetInt64(out var seconds) || seconds < 0 || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()) return false;
        instant = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }

    // A token without labels could be reached by no fence, so it is not taken.
    private static bool TryLabels(JsonElement payload, [NotNullWhen(true)] out IReadOnlySet<string>? labels)
    {
        labels = null;
        if (!payload.TryGetProperty(ClaimNames.Labels, out var value) || value.ValueKind != JsonValueKind.Array) return false;
        if (value.GetArrayLength() is 0 or > MaxLabels || !value.EnumerateArray().All(IsText)) return false;
        labels = value.EnumerateArray().Select(label => label.GetString()!).ToHashSet(StringComparer.Ordinal);
        return true;
    }
}
