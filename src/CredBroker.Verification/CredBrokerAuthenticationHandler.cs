using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using CredBroker.Verification.Authorization;
using CredBroker.Verification.Proofs;
using CredBroker.Verification.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace CredBroker.Verification;

/// <summary>
/// Tokens from the Authorization header and nowhere else (RFC 6750; RFC 9449 and RFC 8705 where they are bound to a key): 401 <c>invalid_token</c> with the reason, 403
/// <c>insufficient_scope</c> with what was missing, 503 with <c>Retry-After</c> where it cannot be told.
/// </summary>
internal sealed class CredBrokerAuthenticationHandler(
    IOptionsMonitor<CredBrokerVerificationOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessTokenVerifier verifier, ProofCheck proofs,
    VerificationMetrics metrics)
    : AuthenticationHandler<CredBrokerVerificationOptions>(options, logger, encoder)
{
    private const string Bearer = "Bearer";
    private const string Dpop = "DPoP";
    private const string DpopAlgorithms = "algs=\"ES256 ES384 ES512 RS256 RS384 RS512 PS256 PS384 PS512\"";
    private static readonly string RetryAfterSeconds = 2.ToString(CultureInfo.InvariantCulture);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var headers = Request.Headers.Authorization;
        if (headers.Count == 0) return AuthenticateResult.NoResult();
        if (headers.Count > 1) return Refuse(VerificationOutcome.Malformed);
        var isDpop = TryScheme(Dpop, headers[0], out var token);
        if (!isDpop && !TryScheme(Bearer, headers[0], out token)) return AuthenticateResult.NoResult();

        var result = await verifier.VerifyAsync(token!, Context.RequestAborted).ConfigureAwait(false);
        if (result.Token is not { } verified) return Refuse(result.Outcome);
        // Only for good tokens: a proof is remembered, and who has no token must not be able to fill the memory.
        var proof = await proofs.JudgeAsync(Request, token!, isDpop, verified.Binding, Context.RequestAborted).ConfigureAwait(false);
        if (proof != VerificationOutcome.Accepted) return Refuse(proof);
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
        else if (refusal.Outcome == VerificationOutcome.ProofInvalid)
        {
            Challenge(
                StatusCodes.Status401Unauthorized,
                $"{Dpop} error=\"invalid_dpop_proof\", error_description=\"{refusal.Outcome.Description()}\", {DpopAlgorithms}");
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

    private static bool TryScheme(string scheme, string? header, [NotNullWhen(true)] out string? token)
    {
        token = null;
        if (header is null || !header.StartsWith($"{scheme} ", StringComparison.OrdinalIgnoreCase)) return false;
        token = header[(scheme.Length + 1)..].Trim();
        return true;
    }
}
