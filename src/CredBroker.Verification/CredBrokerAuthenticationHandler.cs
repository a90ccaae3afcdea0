using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using CredBroker.Verification.Authorization;
using CredBroker.Verification.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace CredBroker.Verification;

/// <summary>
/// Bearer tokens from the Authorization header and nowhere else (RFC 6750): 401 <c>invalid_token</c> with the reason, 403
/// <c>insufficient_scope</c> with what was missing, 503 with <c>Retry-After</c> where it cannot be told.
/// </summary>
internal sealed class CredBrokerAuthenticationHandler(
    IOptionsMonitor<CredBrokerVerificationOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessTokenVerifier verifier, VerificationMetrics metrics)
    : AuthenticationHandler<CredBrokerVerificationOptions>(options, logger, encoder)
{
    private const string Bearer = "Bearer";
    private static readonly string RetryAfterSeconds = 2.ToString(CultureInfo.InvariantCulture);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var headers = Request.Headers.Authorization;
        if (headers.Count == 0) return AuthenticateResult.NoResult();
        if (headers.Count > 1) return Refuse(VerificationOutcome.Malformed);
        if (!TryBearer(headers[0], out var token)) return AuthenticateResult.NoResult();

        var result = await verifier.VerifyAsync(token, Context.RequestAborted).ConfigureAwait(false);
        if (result.Token is not { } verified) return Refuse(result.Outcome);
        metrics.Verified(result.Outcome);
        return AuthenticateResult.Success(new AuthenticationTicket(verified.ToPrincipal(), Scheme.Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var authentication = await HandleAuthenticateOnceSafeAsync().ConfigureAwait(false);
        if (authentication.Failure is not TokenRefusedException refusal)
        {
            Challenge(StatusCodes.Status401Unauthorized, Bearer);
        }
        else if (refusal.Outcome.IsUnavailable())
        {
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            Response.Headers.RetryAfter = RetryAfterSeconds;
        }
        else
        {
            Challenge(StatusCodes.Status401Unauthorized, $"{Bearer} error=\"invalid_token\", error_description=\"{refusal.Outcome.Description()}\"");
        }
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var missing = Context.Features.Get<MissingGrant>()?.Requirement;
        var detail = missing switch
        {
            { ClaimType: CredBrokerClaimTypes.Scope } => $", scope=\"{string.Join(' ', missing.Values)}\"",
            not null => $", error_description=\"needs {missing.ClaimType} {string.Join(' ', missing.Values)}\"",
            null => "",
        };
        Challenge(StatusCodes.Status403Forbidden, $"{Bearer} error=\"insufficient_scope\"{detail}");
        return Task.CompletedTask;
    }

    private AuthenticateResult Refuse(VerificationOutcome outcome)
    {
        metrics.Verified(outcome);
        return AuthenticateResult.Fail(new TokenRefusedException(outcome));
    }

    private void Challenge(int status, string challenge)
    {
        Response.StatusCode = status;
        Response.Headers.Append(HeaderNames.WWWAuthenticate, challenge);
    }

    private static bool TryBearer(string? header, [NotNullWhen(true)] out string? token)
    {
        token = null;
        if (header is null || !header.StartsWith($"{Bearer} ", StringComparison.OrdinalIgnoreCase)) return false;
        token = header[(Bearer.Length + 1)..].Trim();
        return true;
    }
}
