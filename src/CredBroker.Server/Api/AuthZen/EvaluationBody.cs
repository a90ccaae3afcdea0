using System.Net.Http.Headers;
using System.Text.Json;
using CredBroker.Server.Jose;

namespace CredBroker.Server.Api.AuthZen;

/// <summary>Reads the body of a request: JSON that can be read in one way only, and not more of it than a good request has.</summary>
internal static class EvaluationBody
{
    /// <summary>The largest body.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/>.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase))
            throw RefusedException.Invalid("Content-Type", "must be application/json");
        if (request.ContentLength > MaxBytes) throw TooLarge();
        var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > MaxBytes) throw TooLarge();
            buffer.Write(chunk, 0, read);
        }

        return StrictJson.TryParseObject(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), out var document)
            ? document
            : throw RefusedException.Invalid("the body", "must be one JSON object in UTF-8, with each name once and not nested deep");
    }

    private static RefusedException TooLarge() => RefusedException.Invalid("the body", $"must not be larger than {MaxBytes / 1024} KB");
}
