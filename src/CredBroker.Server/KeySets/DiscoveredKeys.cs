using CredBroker.Server.Jose;

namespace CredBroker.Server.KeySets;

/// <summary>The keys of an issuer, from where its discovery document says (OpenID Connect Discovery 1.0 section 4).</summary>
/// <param name="issuer">The issuer's name, to the letter.</param>
/// <param name="access">How it is reached; its address is that of the discovery document.</param>
internal sealed class DiscoveredKeys(string issuer, RemoteAccess access) : IKeySource
{
    private readonly OutboundHttp _http = new(access);

    public string Place => access.Address.AbsoluteUri;

    /// <summary>Where the discovery document of an issuer is.</summary>
    public static Uri AddressOf(string issuer) => new($"{issuer.TrimEnd('/')}/.well-known/openid-configuration");

    public async ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        var keys = KeysNamedBy(await _http.ReadAsync(access.Address, cancellationToken).ConfigureAwait(false));
        return await _http.ReadAsync(keys, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    private Uri KeysNamedBy(byte[] discovery)
    {
        using var json = KeySetReader.Parse(discovery);
        // Section 4.3: else one issuer could speak for another.
        if (StrictJson.StringOf(json.RootElement, "issuer") != issuer) throw new InvalidDataException("the discovery document is another issuer's");
        return Uri.TryCreate(StrictJson.StringOf(json.RootElement, "jwks_uri"), UriKind.Absolute, out var keys)
            ? keys
            : throw new InvalidDataException("the discovery document names no keys");
    }
}
