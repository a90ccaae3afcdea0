using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace CredBroker.Server.Jose;

/// <summary>
/// Reads a JSON object that can be read in one way only: UTF-8 without a byte order mark, no duplicate names at any depth, no
/// comments, no trailing commas, not deep. Two parsers that differ over one of these could be told two different stories.
/// </summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    public static bool TryParseObject(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;
        if (!Utf8.IsValid(utf8.Span)) return false;
        try
        {
            document = JsonDocument.Parse(utf8, Options);
        }
        // The second is what the parser throws for half of a surrogate pair in a name.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }

        if (document.RootElement.ValueKind is JsonValueKind.Object && IsText(document.RootElement)) return true;
        document.Dispose();
        document = null;
        return false;
    }

    /// <summary>A string member; null where it is not there or is no string.</summary>
    public static string? StringOf(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    /// <summary>Whether every string in it is text, so that reading one later cannot throw.</summary>
    private static bool IsText(JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.Object => element.EnumerateObject().All(member => member.Name is not null && IsText(member.Value)),
                JsonValueKind.Array => element.EnumerateArray().All(IsText),
                JsonValueKind.String => element.GetString() is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
