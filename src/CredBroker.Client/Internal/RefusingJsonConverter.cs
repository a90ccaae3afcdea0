using System.Text.Json;
using System.Text.Json.Serialization;

namespace CredBroker.Client.Internal;

/// <summary>Stops a type that carries a secret from being serialised, be it alone or inside something else.</summary>
internal sealed class RefusingJsonConverter<T> : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw Refusal();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => throw Refusal();

    private static NotSupportedException Refusal() => new($"A {typeof(T).Name} carries a secret and is not serialised.");
}
