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
        if (body.Length == 0) return null;
        try
        {
            if (EncodingOf(context.Request) is not { } encoding) return null;
            await using var text = Encoding.CreateTranscodingStream(body, encoding, Encoding.UTF8, leaveOpen: true);
            using var document = await JsonDocument.ParseAsync(text, cancellationToken: CancellationToken.None);
            if (KnownMembers.FindUnknown(document.RootElement, message) is { } member) return Unknown(member);
            return FindContradiction(context.Request, document.RootElement, message) is { } name ? Contradiction(name) : null;
        }
        // No JSON, a name that is no text, or a charset that nobody reads.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or NotSupportedException)
        {
            return Unreadable();
        }
        finally
        {
            body.Position = 0;
        }
    }

    /// <summary>A member that says something else than the path, which would silently win; null = there is none.</summary>
    private static string? FindContradiction(HttpRequest request, JsonElement body, MessageDescriptor message)
    {
        if (body.ValueKind != JsonValueKind.Object) return null;
        foreach (var member in body.EnumerateObject())
        {
            if (KnownMembers.FieldOf(message, member.Name) is not { } field || request.RouteValues.GetValueOrDefault(field.Name) is not string path) continue;
            if (member.Value.ValueKind != JsonValueKind.String || member.Value.GetString() != path) return field.Name;
        }

        return null;
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

    private static RefusedException Contradiction(string name) => RefusedException.Invalid(name, "is another one than in the path");

    private static RefusedException Unknown(string name) => RefusedException.Invalid(
        name.Length <= MaxNamed && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-') ? name : "(a name that is none)",
        "is not known to this call");
}
