using System.Collections.Frozen;
using System.Text.Json;

namespace CredBroker.Server.Jose;

/// <summary>
/// How the header of one kind of JWT looks (RFC 7515 §4, RFC 8725): which algorithm and which key, and nothing that would change how
/// it is read. Its type tells it from other kinds of token that the same key signs.
/// </summary>
/// <param name="Types">What <c>typ</c> may be; it may always be absent.</param>
/// <param name="TypesCompared">How types are compared.</param>
/// <param name="Forbidden">Members that must not be there.</param>
internal sealed record JwtForm(IReadOnlyList<string> Types, StringComparer TypesCompared, IReadOnlyList<string> Forbidden)
{
    /// <summary>Each of these brings a key along, points to one, or asks for processing that nobody here does.</summary>
    public static readonly IReadOnlyList<string> NeverThere = ["jwk", "jku", "x5c", "x5u", "crit", "b64", "zip", "enc"];

    private static readonly FrozenSet<string> Algorithms = new[]
    {
        "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Reads a header.</summary>
    /// <exception cref="JwtFault">It is not of this form.</exception>
    public (string Algorithm, string KeyId) Read(ReadOnlyMemory<byte> utf8)
    {
        if (!StrictJson.TryParseObject(utf8, out var document)) throw new JwtFault("its header is not one plain JSON object");
        using (document)
            return Read(document.RootElement);
    }

    private (string Algorithm, string KeyId) Read(JsonElement header)
    {
        foreach (var name in Forbidden)
            if (header.TryGetProperty(name, out _)) throw new JwtFault($"its header holds '{name}'");
        if (header.TryGetProperty("typ", out _) && !Types.Contains(StrictJson.StringOf(header, "typ"), TypesCompared))
            throw new JwtFault("its type is that of another kind of token");
        if (StrictJson.StringOf(header, "alg") is not { } algorithm || !Algorithms.Contains(algorithm))
            throw new JwtFault("its algorithm is not among those that are accepted");
        if (StrictJson.StringOf(header, "kid") is not { } keyId || !VerificationKey.IsKeyId(keyId))
            throw new JwtFault("it does not name its key by a plain 'kid'");
        return (algorithm, keyId);
    }
}
