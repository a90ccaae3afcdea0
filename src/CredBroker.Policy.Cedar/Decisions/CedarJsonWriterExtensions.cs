using System.Globalization;
using System.Text.Json;

namespace CredBroker.Policy.Cedar.Decisions;

/// <summary>Cedar's values in JSON, written out so that they need no schema to be understood.</summary>
internal static class CedarJsonWriterExtensions
{
    /// <summary>The name of an entity where nothing but one can stand.</summary>
    public static void WriteUid(this Utf8JsonWriter json, string name, string type, string id)
    {
        json.WriteStartObject(name);
        json.WriteString("type", type);
        json.WriteString("id", id);
        json.WriteEndObject();
    }

    /// <summary>A value that is an entity.</summary>
    public static void WriteEntity(this Utf8JsonWriter json, string name, string type, string id)
    {
        json.WriteStartObject(name);
        json.WriteUid("__entity", type, id);
        json.WriteEndObject();
    }

    /// <summary>A value of a type that Cedar makes of text.</summary>
    public static void WriteExtension(this Utf8JsonWriter json, string name, string function, string argument)
    {
        json.WriteStartObject(name);
        json.WriteStartObject("__extn");
        json.WriteString("fn", function);
        json.WriteString("arg", argument);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteDuration(this Utf8JsonWriter json, string name, TimeSpan duration) =>
        json.WriteExtension(name, "duration", string.Create(CultureInfo.InvariantCulture, $"{(long)duration.TotalMilliseconds}ms"));

    public static void WriteSet(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
