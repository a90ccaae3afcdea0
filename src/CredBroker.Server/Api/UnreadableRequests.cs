using CredBroker.Server.Hosting.Connections;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http.Features;

namespace CredBroker.Server.Api;

/// <summary>
/// Refuses what is no message at all as any other bad request is refused. The library would answer it before an interceptor is asked, with
/// inner text and without a reason. It is counted by the address that it comes from, as calls without a good token are.
/// </summary>
internal sealed partial class UnreadableRequests(RequestDelegate next, CallLimits limits, ILogger<UnreadableRequests> logger)
{
    private const string StatusHeader = "grpc-status";
    private const string MessageHeader = "grpc-message";
    private const string DetailsHeader = "grpc-status-details-bin";

    private const string Unknown = "2";
    private const string Internal = "13";

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithTypeRegistry(Refusals.Details));
    private static readonly Google.Rpc.Status Refusal = Refusals.StatusOf(JsonCall.Unreadable());

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is null)
        {
            await next(context);
            return;
        }

        var request = new ReadRequest();
        context.Features.Set(request);
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
        {
            await next(context);
            if (request.IsRead) TellOfFault(context);
            else RefuseGrpc(context);
            return;
        }

        await AnswerJsonAsync(context, request);
    }

    private void RefuseGrpc(HttpContext context)
    {
        var response = context.Response;
        if (response.HasStarted || !IsUnreadable(response)) return;
        var refusal = Judge(context, Refusal);
        response.Headers[StatusHeader] = $"{refusal.Code}";
        response.Headers[MessageHeader] = refusal.Message;
        response.Headers[DetailsHeader] = Convert.ToBase64String(refusal.ToByteArray());
    }

    /// <summary>
    /// Only what the library itself could not read: bytes that are no message (UNKNOWN), and a body that ends too soon or is none at all
    /// (INTERNAL). What is not the protocol at all has another status of HTTP.
    /// </summary>
    private static bool IsUnreadable(HttpResponse response) =>
        response.StatusCode == StatusCodes.Status200OK && response.Headers[StatusHeader].ToString() is Unknown or Internal;

    /// <summary>The library's own log is off, for it would tell of each bad request with all that the broker was doing.</summary>
    private void TellOfFault(HttpContext context)
    {
        if (!context.Response.HasStarted && context.Response.Headers[StatusHeader] == Unknown) LogUnwritten(logger, context.Request.Path);
    }

    /// <summary>What the caller is told: that it cannot be read, or that it sends too much of the kind.</summary>
    private Google.Rpc.Status Judge(HttpContext context, Google.Rpc.Status refusal)
    {
        LogUnreadable(logger, context.Request.Path);
        try
        {
            limits.CountStranger(NetworkAddress.KeyOf(context));
            return refusal;
        }
        catch (RefusedException limited)
        {
            return Refusals.StatusOf(limited);
        }
    }

    private async Task AnswerJsonAsync(HttpContext context, ReadRequest request)
    {
        if (await JsonCall.FindFaultAsync(context) is { } fault)
        {
            await RefuseJsonAsync(context, Judge(context, Refusals.StatusOf(fault)));
            return;
        }

        var answer = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        await using var body = new RefusableBody(answer.Stream, request);
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body, answer));
        try
        {
            await next(context);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            context.Features.Set(answer);
        }

        var response = context.Response;
        if (request.IsRead || response.HasStarted || response.StatusCode < StatusCodes.Status400BadRequest) return;
        await RefuseJsonAsync(context, Judge(context, Refusal));
    }

    private static async Task RefuseJsonAsync(HttpContext context, Google.Rpc.Status refusal)
    {
        var response = context.Response;
        if (refusal.Code != Refusal.Code) response.StatusCode = StatusCodes.Status429TooManyRequests;
        else if (response.StatusCode is < StatusCodes.Status400BadRequest or >= StatusCodes.Status500InternalServerError) response.StatusCode = StatusCodes.Status400BadRequest;
        response.ContentLength = null;
        response.ContentType = "application/json; charset=utf-8";
        await response.WriteAsync(Json.Format(refusal), context.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A request to {Path} cannot be read")]
    private static partial void LogUnreadable(ILogger logger, PathString path);

    [LoggerMessage(Level = LogLevel.Error, Message = "The answer of {Path} could not be written")]
    private static partial void LogUnwritten(ILogger logger, PathString path);
}
