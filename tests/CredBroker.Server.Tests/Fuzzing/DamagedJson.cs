using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CredBroker.Testing.Attestation;

namespace CredBroker.Server.Tests.Fuzzing;

/// <summary>Damages one text inside a document, or the bytes that it stands for, and leaves the document whole: so that what reads the text is met.</summary>
internal static class DamagedJson
{
    public static byte[] Of(byte[] whole, Random random)
    {
        var json = JsonNode.Parse(whole)!;
        var texts = TextsOf(json).ToList();
        var one = texts[random.Next(texts.Count)];
        one.ReplaceWith(OfText(one.GetValue<string>(), random));
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static string OfText(string text, Random random)
    {
        if (text.Length > 40 && random.Next(2) == 0)
        {
            if (Base64Url.IsValid(text)) return Base64Url.EncodeToString(Damage.Of(Base64Url.DecodeFromChars(text), random));
            if (Base64.IsValid(text)) return Convert.ToBase64String(Damage.Of(Convert.FromBase64String(text), random));
        }

        return Encoding.UTF8.GetString(Damage.Of(Encoding.UTF8.GetBytes(text), random));
    }

    private static IEnumerable<JsonNode> TextsOf(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => TextsOf(member.Value)),
        JsonArray parts => parts.SelectMany(TextsOf),
        JsonValue value when value.GetValueKind() is JsonValueKind.String => [value],
        _ => [],
    };
}
