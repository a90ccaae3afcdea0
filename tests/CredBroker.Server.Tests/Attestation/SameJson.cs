using System.Text.Json;
using System.Text.Json.Nodes;

namespace CredBroker.Server.Tests.Attestation;

/// <summary>Tells of two documents whether they say the same: blanks between their parts, or another way to write a character, change nothing.</summary>
internal static class SameJson
{
    public static bool Is(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other)
    {
        try
        {
            return JsonNode.DeepEquals(JsonNode.Parse(one.Span), JsonNode.Parse(other.Span));
        }
        // Besides rubbish: duplicate names, and bytes or escapes that are no text.
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
