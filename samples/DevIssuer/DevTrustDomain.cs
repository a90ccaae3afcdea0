using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace DevIssuer;

/// <summary>
/// A trust domain in a folder: <c>issuer.json</c> holds its name and its private ES256 key, readable by the owner only;
/// <c>bundle.json</c> is the SPIFFE bundle that verifiers read.
/// </summary>
public sealed class DevTrustDomain : IDisposable
{
    private const string IssuerFile = "issuer.json";
    private const string BundleFile = "bundle.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly ECDsa _key;
    private readonly SigningCredentials _credentials;

    private DevTrustDomain(string name, ECDsa key)
    {
        Name = name;
        _key = key;
        var securityKey = new ECDsaSecurityKey(key);
        securityKey.KeyId = Base64UrlEncoder.Encode(securityKey.ComputeJwkThumbprint());
        _credentials = new SigningCredentials(securityKey, SecurityAlgorithms.EcdsaSha256);
    }

    public string Name { get; }

    /// <summary>Makes one in a folder that holds none.</summary>
    /// <exception cref="ArgumentException">The name cannot be a trust domain's.</exception>
    /// <exception cref="IOException">There is one already, or the folder cannot be written.</exception>
    public static DevTrustDomain Create(string name, string folder)
    {
        if (name.Length is 0 or > 255 || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '-' or '_')))
            throw new ArgumentException($"'{name}' is not a trust domain: lower-case letters, digits, dots, dashes and underscores.");
        Directory.CreateDirectory(folder);
        if (File.Exists(Path.Combine(folder, IssuerFile))) throw new IOException($"{folder} holds a trust domain already.");

        var domain = new DevTrustDomain(name, ECDsa.Create(ECCurve.NamedCurves.nistP256));
        WholeFile.Write(Path.Combine(folder, BundleFile), domain.Bundle(), ownerOnly: false);
        var issuer = JsonSerializer.Serialize(new IssuerDocument(name, domain._key.ExportPkcs8PrivateKeyPem()), Indented);
        WholeFile.Write(Path.Combine(folder, IssuerFile), issuer, ownerOnly: true);
        return domain;
    }

    /// <summary>Opens the one in a folder.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static DevTrustDomain Open(string folder)
    {
        var path = Path.Combine(folder, IssuerFile);
        if (!File.Exists(path)) throw new InvalidDataException($"{folder} holds no trust domain; make one with 'devissuer init'.");
        var key = ECDsa.Create();
        try
        {
            var issuer = JsonSerializer.Deserialize<IssuerDocument>(File.ReadAllText(path)) ?? throw new JsonException();
            key.ImportFromPem(issuer.PrivateKey);
            return new DevTrustDomain(issuer.TrustDomain, key);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException($"{path} is not what 'devissuer init' writes.", e);
        }
    }

    /// <summary>Issues a JWT-SVID (SPIFFE JWT-SVID).</summary>
    /// <exception cref="ArgumentException">The subject is not of this trust domain, or there is no audience.</exception>
    public string Issue(string subject, string audience, TimeSpan ttl, DateTimeOffset now)
    {
        var path = subject.StartsWith($"spiffe://{Name}/", StringComparison.Ordinal) ? subject[$"spiffe://{Name}/".Length..] : "";
        if (path.Split('/').Any(segment => segment is "" or "." or ".." || segment.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))))
            throw new ArgumentException($"'{subject}' is not a workload of this trust domain, such as spiffe://{Name}/agent/x.");
        if (string.IsNullOrWhiteSpace(audience)) throw new ArgumentException("The audience is empty.");
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Claims = new Dictionary<string, object> { ["sub"] = subject },
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            Expires = (now + ttl).UtcDateTime,
            SigningCredentials = _credentials,
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private string Bundle()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var jwk = new
        {
            kty = "EC",
            use = "jwt-svid",
            kid = _credentials.Key.KeyId,
            crv = "P-256",
            x = Base64UrlEncoder.Encode(point.X),
            y = Base64UrlEncoder.Encode(point.Y),
        };
        // A broker in production does not start with what says so: these keys lie on a developer's machine.
        return JsonSerializer.Serialize(new { keys = new[] { jwk }, spiffe_sequence = 1, spiffe_refresh_hint = 2, credbroker_development = true }, Indented);
    }

    private sealed record IssuerDocument(
        [property: JsonPropertyName("trust_domain")] string TrustDomain,
        [property: JsonPropertyName("private_key")] string PrivateKey);
}
