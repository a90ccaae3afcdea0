using System.Globalization;
using CredBroker.Tokens;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Api.AuthZen;

/// <summary>Errors as AuthZEN has them: a status and a sentence, for what was not decided at all.</summary>
internal sealed class EvaluationErrors(IOptions<TokenOptions> tokens, RefusalMetrics? metrics = null)
{
    private const string Fault = "The broker has a fault; it has been logged.";
    private static readonly TimeSpan LeastDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether a refusal answers the evaluation that it is about: the task may not make the call, whatever it is. Who could not be
    /// authenticated, and what could not be looked up, has no answer; what cannot be read has one where others stand beside it.
    /// </summary>
    public static bool IsAnswer(RefusedException refusal, bool isOneOfMany) => refusal.Reason switch
    {
        ErrorReason.InvalidRequest => isOneOfMany,
        ErrorReason.AttestationExpired => true,
        _ => RefusalCodes.Of(refusal.Reason) is not (StatusCode.Unauthenticated or StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Aborted),
    };

    /// <summary>Writes a refusal.</summary>
    public Task WriteAsync(HttpContext http, RefusedException refusal)
    {
        metrics?.Refused(refusal.Reason, "evaluation");
        var status = StatusOf(refusal);
        var headers = http.Response.Headers;
        if (status == StatusCodes.Status401Unauthorized) headers.WWWAuthenticate = Challenges(http, refusal);
        if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            headers.RetryAfter = Math.Ceiling((refusal.RetryAfter ?? LeastDelay).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return WriteAsync(http, status, $"{ReasonName.Of(refusal.Reason)}: {refusal.Message}");
    }

    /// <summary>Writes that the broker has a fault.</summary>
    public static Task WriteFaultAsync(HttpContext http) =>
        http.Response.HasStarted ? Task.CompletedTask : WriteAsync(http, StatusCodes.Status500InternalServerError, Fault);

    private static Task WriteAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    private static int StatusOf(RefusedException refusal) => RefusalCodes.Of(refusal.Reason) switch
    {
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Unavailable or StatusCode.Aborted => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status403Forbidden,
    };

    /// <summary>Both schemes by which a task token may come (RFC 6750 section 3, RFC 9449 section 7.1).</summary>
    private string[] Challenges(HttpContext http, RefusedException refusal)
    {
        var realm = $"realm=\"{tokens.Value.Issuer}\"";
        var proof = refusal.Reason is ErrorReason.ProofInvalid;
        var came = http.Request.Headers.Authorization.Count > 0;
        var fault = proof ? $", error=\"{(http.Response.Headers.ContainsKey("DPoP-Nonce") ? "use_dpop_nonce" : "invalid_dpop_proof")}\"" : came ? ", error=\"invalid_token\"" : "";
        return [$"Bearer {realm}{(proof ? "" : fault)}", $"DPoP {realm}{fault}"];
    }
}
