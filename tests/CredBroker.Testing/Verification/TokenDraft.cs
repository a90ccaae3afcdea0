using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CredBroker.Testing.Verification;

/// <summary>An access token before it is signed, put together by hand so that any fault can be written into it.</summary>
public sealed class TokenDraft(JsonObject header, JsonObject payload)
{
    public JsonObject Header { get; } = header;

    public JsonObject Payload { get; } = payload;

    /// <summary>Changes the payload; null removes a claim.</summary>
    public TokenDraft With(string claim, JsonNode? value)
    {
        if (value is null) Payload.Remove(claim);
        else Payload[claim] = value;
        return this;
    }

    /// <summary>Changes the header; null removes a parameter.</summary>
    public TokenDraft WithHeader(string name, JsonNode? value)
    {
        if (value is null) Header.Remove(name);
        else Header[name] = value;
        return this;
    }

    public string Sign(ECDsa key) => Seal(input => key.SignData(input, HashAlgorithmName.SHA256));

    public string Authenticate(byte[] secret) => Seal(input => HMACSHA256.HashData(secret, input));

    public string LeaveUnsigned() => Seal(_ => []);

    /// <summary>Signs a payload that JSON objects cannot hold, such as one with a name that stands twice.</summary>
    public string SignRaw(ECDsa key, string rawPayload) => Seal(input => key.SignData(input, HashAlgorithmName.SHA256), rawPayload);

    private string Seal(Func<byte[], byte[]> sign, string? rawPayload = null)
    {
        var input = $"{Encode(Header.ToJsonString())}.{Encode(rawPayload ?? Payload.ToJsonString())}";
        return $"{input}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(input)))}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
