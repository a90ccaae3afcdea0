using System.Globalization;
using CredBroker.Server.Hosting.Connections;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Api;

/// <summary>
/// Gives each single call an end: the caller's deadline, and at most the broker's. Nobody holds anything of it for ever by not saying when he
/// stops to wait. Streams have no end but that of their task, their attestation or the broker.
/// </summary>
internal sealed class CallDeadlines(RequestDelegate next, IOptions<LimitOptions> limits)
{
    private const string Header = "grpc-timeout";
    private const int MaxDigits = 8;

    private readonly TimeSpan _longest = limits.Value.CallDeadline;
    private readonly string _longestText = string.Create(CultureInfo.InvariantCulture, $"{(long)limits.Value.CallDeadline.TotalSeconds}S");

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.Type is not MethodType.Unary) return next(context);
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true) return EndAsync(context);
        // The library keeps deadlines well; it is only told of one.
        if (Read(context.Request.Headers[Header]) is not { } asked || asked > _longest) context.Request.Headers[Header] = _longestText;
        return next(context);
    }

    private async Task EndAsync(HttpContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        end.CancelAfter(_longest);
        context.RequestAborted = end.Token;
        await next(context);
    }

    /// <summary>Reads a timeout as gRPC over HTTP/2 writes it; null where it is none.</summary>
    internal static TimeSpan? Read(string? text)
    {
        if (text is null || text.Length < 2 || text.Length > MaxDigits + 1) return null;
        if (!long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        return text[^1] switch
        {
            'H' => TimeSpan.FromHours(number),
            'M' => TimeSpan.FromMinutes(number),
            'S' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMilliseconds(number),
            'u' => TimeSpan.FromMicroseconds(number),
            'n' => TimeSpan.FromTicks(number / TimeSpan.NanosecondsPerTick),
            _ => null,
        };
    }
}
