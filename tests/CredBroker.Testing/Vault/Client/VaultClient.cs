using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CredBroker.Testing.Vault.Client;

/// <summary>Speaks to a Vault, the real one or the double, by nothing but HTTP.</summary>
public sealed class VaultClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly bool _isOwner;
    private readonly string? _token;

    /// <summary>Speaks with a token, in the root namespace.</summary>
    public VaultClient(string address, string? token)
        : this(Connect(address, new SocketsHttpHandler()), token, isOwner: true)
    {
    }

    private VaultClient(HttpClient http, string? token, bool isOwner) => (_http, _token, _isOwner) = (http, token, isOwner);

    /// <summary>The namespace that is spoken to; empty = the root.</summary>
    public string Namespace { get; private init; } = "";

    /// <summary>Speaks to one whose certificate comes from an authority.</summary>
    public static VaultClient Trusting(X509Certificate2 authority, string address, string? token)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(authority);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust;
        return new VaultClient(Connect(address, handler), token, isOwner: true);
    }

    /// <summary>Speaks with another token over the same connections.</summary>
    public VaultClient As(string? token) => new(_http, token, isOwner: false) { Namespace = Namespace };

    /// <summary>Speaks to a namespace.</summary>
    public VaultClient In(string space) => new(_http, _token, isOwner: false) { Namespace = space };

    public Task<VaultAnswer> GetAsync(string path) => SendAsync("GET", path);

    public Task<VaultAnswer> ListAsync(string path) => SendAsync("LIST", path);

    public Task<VaultAnswer> DeleteAsync(string path) => SendAsync("DELETE", path);

    /// <summary>Writes; the body is an object whose members are named as Vault names them.</summary>
    public Task<VaultAnswer> PostAsync(string path, object? body = null) => SendAsync("POST", path, body);

    /// <summary>Writes, and has the answer wrapped.</summary>
    public Task<VaultAnswer> PostWrappedAsync(string path, object body, TimeSpan ttl) => SendAsync("POST", path, body, ttl);

    /// <summary>Writes, and fails where that fails: for setting up.</summary>
    public async Task<VaultAnswer> PutAsync(string path, object? body = null) => (await PostAsync(path, body)).Required();

    public void Dispose()
    {
        if (_isOwner) _http.Dispose();
    }

    private async Task<VaultAnswer> SendAsync(string method, string path, object? body = null, TimeSpan? wrapFor = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"v1/{path}");
        request.Headers.Add("X-Vault-Request", "true");
        if (_token is not null) request.Headers.Add("X-Vault-Token", _token);
        if (Namespace.Length > 0) request.Headers.Add("X-Vault-Namespace", Namespace);
        if (wrapFor is { } ttl) request.Headers.Add("X-Vault-Wrap-TTL", $"{(int)ttl.TotalSeconds}s");
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType());
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new VaultAnswer((int)response.StatusCode, text.Length == 0 ? null : Parse(text));
    }

    private static HttpClient Connect(string address, SocketsHttpHandler handler)
    {
        handler.AllowAutoRedirect = false;
        return new HttpClient(handler) { BaseAddress = new Uri(address) };
    }

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
