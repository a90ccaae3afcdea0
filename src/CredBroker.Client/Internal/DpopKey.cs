using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CredBroker.Client.Internal;

/// <summary>
/// The key of this process, and the proofs that are made with it (RFC 9449 §4). It lives in memory alone and never leaves the process.
/// </summary>
internal sealed class DpopKey(TimeProvider time) : IDisposable
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ConcurrentDictionary<string, string> _nonces = new(StringComparer.OrdinalIgnoreCase);
    private string? _header;
    private string? _thumbprint;

    /// <summary>RFC 7638 thumbprint of the public key.</summary>
    public string Thumbprint => _thumbprint ??= Base64Url.EncodeToString(SHA256.HashData(WriteBytes(writer =>
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        writer.WriteString("crv", "P-256");
        writer.WriteString("kty", "EC");
        writer.WriteString("x", Base64Url.EncodeToString(point.X));
        writer.WriteString("y", Base64Url.EncodeToString(point.Y));
    })));

    /// <summary>A proof for one request.</summary>
    /// <param name="method">The HTTP method; <c>POST</c> for gRPC.</param>
    /// <param name="address">The address; query and fragment are left out.</param>
    /// <param name="token">The token that goes with it, if any.</param>
    public string Prove(string method, Uri address, string? token)
    {
        var claims = Write(writer =>
        {
            writer.WriteString("jti", Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)));
            writer.WriteString("htm", method);
            writer.WriteString("htu", address.GetLeftPart(UriPartial.Path));
            writer.WriteNumber("iat", time.GetUtcNow().ToUnixTimeSeconds());
            if (token is not null) writer.WriteString("ath", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token))));
            if (_nonces.TryGetValue(address.Authority, out var nonce)) writer.WriteString("nonce", nonce);
        });
        var signed = $"{_header ??= Header()}.{claims}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>Takes a nonce that a server wants to see in the proofs for it from now on.</summary>
    public void Take(Uri server, string nonce) => _nonces[server.Authority] = nonce;

    public void Dispose() => _key.Dispose();

    private string Header()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return Write(writer =>
        {
            writer.WriteString("typ", "dpop+jwt");
            writer.WriteString("alg", "ES256");
            writer.WriteStartObject("jwk");
            writer.WriteString("kty", "EC");
            writer.WriteString("crv", "P-256");
            writer.WriteString("x", Base64Url.EncodeToString(point.X));
            writer.WriteString("y", Base64Url.EncodeToString(point.Y));
            writer.WriteEndObject();
        });
    }

    private static string Write(Action<Utf8JsonWriter> members) => Base64Url.EncodeToString(WriteBytes(members));

    private static byte[] WriteBytes(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
