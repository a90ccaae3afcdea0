using System.Buffers;
using System.Text.Json;

namespace CredBroker.Tokens;

/// <summary>
/// The documents by which verifiers and cloud token services find the keys. They say what is true now and name no endpoint
/// that is not there, so the endpoints that a login server would list are absent.
/// </summary>
public static class DiscoveryDocument
{
    /// <summary>Path of <see cref="OpenIdConfiguration"/> below the issuer.</summary>
    public const string OpenIdConfigurationPath = "/.well-known/openid-configuration";

    /// <summary>Path of <see cref="AuthorizationServerMetadata"/> on the issuer's host.</summary>
    public const string AuthorizationServerPath = "/.well-known/oauth-authorization-server";

    /// <summary>Path of the key set below the issuer.</summary>
    public const string KeySetPath = "/.well-known/jwks.json";

    /// <summary>
    /// OpenID Provider Metadata (OpenID Connect Discovery 1.0 section 3), as far as those need it that only verify signed tokens.
    /// </summary>
    public static ReadOnlyMemory<byte> OpenIdConfiguration(string issuer, IEnumerable<PublicSigningKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var algorithms = keys.Select(key => key.Algorithm).Distinct().ToArray();
        return Write(issuer, writer =>
        {
            WriteArray(writer, "response_types_supported", "id_token");
            WriteArray(writer, "subject_types_supported", "public");
            WriteArray(writer, "id_token_signing_alg_values_supported", algorithms);
        });
    }

    /// <summary>
    /// Authorization Server Metadata (RFC 8414 section 2). <c>response_types_supported</c> is required and must not be empty;
    /// <c>none</c> is the registered value that returns nothing.
    /// </summary>
    public static ReadOnlyMemory<byte> AuthorizationServerMetadata(string issuer) =>
        Write(issuer, writer => WriteArray(writer, "response_types_supported", "none"));

    private static ReadOnlyMemory<byte> Write(string issuer, Action<Utf8JsonWriter> writeRest)
    {
        ArgumentException.ThrowIfNullOrEmpty(issuer);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("issuer", issuer);
            writer.WriteString("jwks_uri", issuer.TrimEnd('/') + KeySetPath);
            writeRest(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    private static void WriteArray(Utf8JsonWriter writer, string name, params ReadOnlySpan<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values) writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
