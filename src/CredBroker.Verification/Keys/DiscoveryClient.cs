using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace CredBroker.Verification.Keys;

/// <summary>Reads the discovery document (OpenID Connect Discovery, RFC 8414) and the keys that it points to (RFC 7517).</summary>
internal sealed class DiscoveryClient : IDisposable
{
    private const int MaxDocumentBytes = 256 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly CredBrokerVerificationOptions _options;
    private readonly HttpClient _http;

    public DiscoveryClient(CredBrokerVerificationOptions options)
    {
        _options = options;
        _http = new HttpClient(BrokerTransport.Create(options)) { Timeout = Patience, MaxResponseContentBufferSize = MaxDocumentBytes };
    }

    /// <exception cref="UnusableKeysException">The answer is not the configured issuer's, or holds no usable key.</exception>
    public async Task<IReadOnlyList<SigningKey>> ReadKeysAsync(CancellationToken cancellationToken)
    {
        var authority = _options.Authority!.OriginalString.TrimEnd('/');
        using var discovery = await ReadAsync(new Uri($"{authority}/.well-known/openid-configuration"), cancellationToken).ConfigureAwait(false);
        if (Text(discovery, "issuer") != _options.ExpectedIssuer)
            throw new UnusableKeysException("The discovery document is for another issuer.");
        if (!Uri.TryCreate(Text(discovery, "jwks_uri"), UriKind.Absolute, out var address) || !CredBrokerVerificationOptionsValidator.IsAllowed(address, _options))
            throw new UnusableKeysException("The discovery document has no jwks_uri that may be used.");

        using var document = await ReadAsync(address, cancellationToken).ConfigureAwait(false);
        return KeysOf(document);
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonDocument> ReadAsync(Uri address, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(address, cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
    }

    private static string? Text(JsonDocument document, string name) =>
        document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static List<SigningKey> KeysOf(JsonDocument document)
    {
        // Keys of kinds that are not read here may stand beside ours; none at all is a fault, so the last good set stays.
        var keys = new JsonWebKeySet(document.RootElement.GetRawText()).Keys.Where(IsUsable).Select(key => new SigningKey(key)).ToList();
        if (keys.Count == 0) throw new UnusableKeysException("The broker publishes no ES256 key.");
        if (keys.DistinctBy(key => key.Id).Count() != keys.Count) throw new UnusableKeysException("The broker publishes two keys under one id.");
        return keys;
    }

    private static bool IsUsable(JsonWebKey key) =>
        key.Kty == JsonWebAlgorithmsKeyTypes.EllipticCurve
        && key.Crv == JsonWebKeyECTypes.P256
        && !string.IsNullOrEmpty(key.Kid)
        && !string.IsNullOrEmpty(key.X)
        && !string.IsNullOrEmpty(key.Y)
        && string.IsNullOrEmpty(key.D)
        && (key.Use is null or "" or JsonWebKeyUseNames.Sig)
        && (key.Alg is null or "" or SecurityAlgorithms.EcdsaSha256);
}
