using System.Buffers;
using System.Text.Json;

namespace CredBroker.Tokens;

/// <summary>The JSON Web Key Set that verifiers read (RFC 7517 section 5): public members only.</summary>
public static class JsonWebKeySetDocument
{
    /// <summary>Its media type (RFC 7517 section 8.5.2).</summary>
    public const string MediaType = "application/jwk-set+json";

    /// <summary>How long a verifier may use what it has read. Every key is published for longer than this before it signs.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);

    /// <summary>The document in UTF-8.</summary>
    public static ReadOnlyMemory<byte> Write(IEnumerable<PublicSigningKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("keys");
            foreach (var key in keys) Write(writer, key);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, PublicSigningKey key)
    {
        writer.WriteStartObject();
        writer.WriteString("kty", PublicSigningKey.KeyType);
        writer.WriteString("use", "sig");
        writer.WriteString("alg", key.Algorithm);
        writer.WriteString("kid", key.Id);
        writer.WriteString("crv", key.Curve);
        writer.WriteString("x", key.X);
        writer.WriteString("y", key.Y);
        writer.WriteEndObject();
    }
}
