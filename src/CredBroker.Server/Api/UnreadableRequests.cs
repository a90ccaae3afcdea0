using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace CredBroker.Server.Api;

/// <summary>
/// Refuses what is no message at all as any other bad request is refused. The library would answer it before an interceptor is asked, with
/// inner text and without a reason.
/// </summary>
internal sealed class UnreadableRequests(RequestDelegate next)
{
    private const string StatusHeader = "grpc-status";
    private const string MessageHeader = "grpc-message";
    private const string DetailsHeader = "grpc-status-details-bin";

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithTypeRegistry(Refusals.Details));
    private static readonly Google.Rpc.Status Refusal = Refusals.StatusOf(
        new RefusedException(ErrorReason.InvalidRequest, "The request cannot be read as the message that this call takes, or is too large."));

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
            if (!request.IsRead) RefuseGrpc(context.Response);
            return;
        }

        await AnswerJsonAsync(context, request);
    }

    private static void RefuseGrpc(HttpResponse response)
    {
        // Only what the library itself could not read; it says so by a status that the broker never gives.
        if (response.HasStarted || response.Headers[StatusHeader] != $"{(int)StatusCode.Unknown}") return;
        response.Headers[StatusHeader] = $"{(int)StatusCode.InvalidArgument}";
        response.Headers[MessageHeader] = Refusal.Message;
        response.Headers[DetailsHeader] = Convert.ToBase64String(Refusal.ToByteArray());
    }

    private async Task AnswerJsonAsync(HttpContext context, ReadRequest request)
    {
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
        if (response.StatusCode >= StatusCodes.Status500InternalServerError) response.StatusCode = StatusCodes.Status400BadRequest;
        response.ContentLength = null;
        response.ContentType = "application/json; charset=utf-8";
        await response.WriteAsync(Json.Format(Refusal), context.RequestAborted);
    }
}
