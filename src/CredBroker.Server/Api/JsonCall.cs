using System.Text;
using System.Text.Json;
using Google.Api;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.Net.Http.Headers;

namespace CredBroker.Server.Api;

/// <summary>A call by JSON before it is read as a message.</summary>
internal static class JsonCall
{
    private const string WholeMessage = "*";
    private const int MaxNamed = 64;

    /// <summary>The refusal of what the message does not know, or of what cannot be looked into; null where there is nothing of the kind. The body can be read again.</summary>
    public static async Task<RefusedException?> FindFaultAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not { } call) return null;
        var message = call.MethodDescriptor.InputType;
        if (FindUnknownParameter(context.Request, message, call.HttpRule) is { } parameter) return Unknown(parameter);
        return call.HttpRule.Body == WholeMessage ? await FindUnknownMemberAsync(context, message) : null;
    }

    private static string? FindUnknownParameter(HttpRequest request, MessageDescriptor message, HttpRule rule)
    {
        foreach (var name in request.Query.Keys)
        {
            if (rule.Body == WholeMessage || !KnownMembers.IsKnown(name, message)) return name;
            // It stands in the path already.
            if (KnownMembers.FieldOf(message, name) is { } field && request.RouteValues.ContainsKey(field.Name)) return name;
        }

        return null;
    }

    private static async Task<RefusedException?> FindUnknownMemberAsync(HttpContext context, MessageDescriptor message)
    {
        var body = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // It is too large, or ends too soon.
            return Unreadable();
        }

        body.Position = 0;
        context.Request.Body = body;
        // No body at all is for the reader to refuse.
        if (body.Length == 0 || EncodingOf(context.Request) is not { } encoding) return null;
        try
        {
            await using var text = Encoding.CreateTranscodingStream(body, encoding, Encoding.UTF8, leaveOpen: true);
            using var document = await JsonDocument.ParseAsync(text, cancellationToken: context.RequestAborted);
            return KnownMembers.FindUnknown(document.RootElement, message) is { } member ? Unknown(member) : null;
        }
        catch (JsonException)
        {
            return Unreadable();
        }
        finally
        {
            body.Position = 0;
        }
    }

    /// <summary>How the reader will take the body; null where it takes none of the kind.</summary>
    private static Encoding? EncodingOf(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var media)) return null;
        return media.Charset.HasValue ? media.Encoding : Encoding.UTF8;
    }

    /// <summary>What a call hears that is no message, or says too much.</summary>
    public static RefusedException Unreadable() =>
        new(ErrorReason.InvalidRequest, "The request cannot be read as the message that this call takes, or is too large.");

    private static RefusedException Unknown(string name) => RefusedException.Invalid(
        name.Length <= MaxNamed && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-') ? name : "(a name that is none)",
        "is not known to this call");
}
