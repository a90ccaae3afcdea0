using System.Text;
using System.Text.Json;
using CredBroker.Server.Attestation.SpiffeJwt;

namespace CredBroker.Server.Access;

/// <summary>A token of an issuer (RFC 7519, RFC 9068, OpenID Connect Core 1.0 section 2), read in one way only, and not weighed yet.</summary>
internal sealed class OperatorJwt : IDisposable
{
    // Each of these brings a key along, points to one, or asks for processing that nobody here does.
    private static readonly string[] Forbidden = ["jwk", "jku", "x5c", "x5u", "crit", "b64", "zip", "enc"];

    // Everything else that an issuer signs, such as a logout token or an assertion, says something other than "this is me".
    private static readonly string[] Types = ["JWT", "at+jwt", "application/at+jwt"];

    private readonly JsonDocument _header;
    private readonly JsonDocument _claims;

    private OperatorJwt(string text, JsonDocument header, JsonDocument claims)
    {
        Text = text;
        _header = header;
        _claims = claims;
    }

    /// <summary>The whole token.</summary>
    public string Text { get; }

    public string Algorithm { get; private set; } = "";

    public string KeyId { get; private set; } = "";

    public string Issuer => StringOf("iss") ?? throw new OperatorTokenFault("it names no issuer");

    /// <exception cref="OperatorTokenFault">It is no such token.</exception>
    public static OperatorJwt Read(string token)
    {
        var jws = CompactJws.TryRead(Encoding.UTF8.GetBytes(token), out var fault) ?? throw new OperatorTokenFault(fault);
        if (!StrictJson.TryParseObject(jws.Header, out var header)) throw new OperatorTokenFault("its header is not one plain JSON object");
        if (!StrictJson.TryParseObject(jws.Claims, out var claims))
        {
            header.Dispose();
            throw new OperatorTokenFault("its claims are not one plain JSON object");
        }

        var jwt = new OperatorJwt(jws.Text, header, claims);
        try
        {
            jwt.ReadHeader();
            return jwt;
        }
        catch
        {
            jwt.Dispose();
            throw;
        }
    }

    /// <summary>A claim that is a string; null where it is not there or is none.</summary>
    public string? StringOf(string claim) => StrictJson.StringOf(_claims.RootElement, claim);

    public bool Has(string claim) => _claims.RootElement.TryGetProperty(claim, out _);

    public bool IsTrue(string claim) => _claims.RootElement.TryGetProperty(claim, out var value) && value.ValueKind is JsonValueKind.True;

    public void Dispose()
    {
        _header.Dispose();
        _claims.Dispose();
    }

    private void ReadHeader()
    {
        var header = _header.RootElement;
        foreach (var name in Forbidden)
            if (header.TryGetProperty(name, out _)) throw new OperatorTokenFault($"its header holds '{name}'");
        if (header.TryGetProperty("typ", out _) && !Types.Contains(StrictJson.StringOf(header, "typ"), StringComparer.OrdinalIgnoreCase))
            throw new OperatorTokenFault("its type is that of another kind of token");
        Algorithm = StrictJson.StringOf(header, "alg") ?? throw new OperatorTokenFault("it names no algorithm");
        KeyId = StrictJson.StringOf(header, "kid") ?? throw new OperatorTokenFault("it does not name its key");
    }
}
