using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CredBroker.Server.KeySets;

/// <summary>
/// Asks others by HTTP: by TLS unless they are on this machine, with no redirect followed, no proxy and no cookie, within
/// a size and a time, and at no private address unless the settings say so.
/// </summary>
internal sealed class OutboundHttp : IDisposable
{
    public const int MaxBytes = 1024 * 1024;
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Names are resolved anew now and then, and a server that has moved is found.
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(1);

    private readonly RemoteAccess _access;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly HttpClient _http;

    /// <param name="access">What may be reached.</param>
    /// <param name="resolve">Finds the addresses of a name; null = by the machine's resolver.</param>
    /// <param name="patience">How long one answer may take; null = 5 s.</param>
    public OutboundHttp(RemoteAccess access, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, TimeSpan? patience = null)
    {
        _access = access;
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionLifetime = ConnectionLife,
            MaxResponseHeadersLength = 16,
            ConnectCallback = ConnectAsync,
            SslOptions = TlsWith(access.CaFile),
        };
        _http = new HttpClient(handler) { Timeout = patience ?? Patience, MaxResponseContentBufferSize = MaxBytes };
    }

    /// <summary>Reads a document; anything but 200 is no answer.</summary>
    /// <exception cref="InvalidDataException">The address may not be reached, or the answer is none that counts.</exception>
    public async Task<byte[]> ReadAsync(Uri address, CancellationToken cancellationToken)
    {
        var (status, content) = await SendAsync(HttpMethod.Get, address, null, cancellationToken).ConfigureAwait(false);
        return status is HttpStatusCode.OK ? content : throw new InvalidDataException($"the answer is {(int)status}");
    }

    /// <summary>Sends JSON, or nothing.</summary>
    /// <exception cref="InvalidDataException">The address may not be reached.</exception>
    public async Task<(HttpStatusCode Status, byte[] Content)> SendAsync(HttpMethod method, Uri address, byte[]? json, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, address);
        if (json is not null) request.Content = new ByteArrayContent(json) { Headers = { ContentType = Json } };
        if (_access.TokenFile is { } file && IsSameServer(address))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await ReadTokenAsync(file, cancellationToken).ConfigureAwait(false));
        return await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends any request.</summary>
    /// <exception cref="InvalidDataException">The address may not be reached.</exception>
    public async Task<(HttpStatusCode Status, byte[] Content)> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { } address || !_access.Allows(address)) throw new InvalidDataException("its address is neither https nor on this machine");
        using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
    }

    public void Dispose() => _http.Dispose();

    // What a name means is decided here, once, for the very connection: asking first and connecting later would ask twice.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var named = context.InitialRequestMessage.RequestUri is { IsLoopback: true } && _access.Address.IsLoopback;
        var found = IPAddress.TryParse(host, out var literal) ? [literal] : await _resolve(host, cancellationToken).ConfigureAwait(false);
        var allowed = Array.FindAll(found, address =>
            _access.AllowPrivateAddresses || !PrivateNetworks.Contains(address) || (named && IPAddress.IsLoopback(address)));
        if (allowed.Length == 0) throw new InvalidDataException(found.Length == 0 ? "its name is unknown" : "its address is a private one");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A token of one line, whatever else may have got into the file.</summary>
    private static async ValueTask<string> ReadTokenAsync(string file, CancellationToken cancellationToken)
    {
        using var source = new KeyFile(file);
        var token = Encoding.UTF8.GetString(await source.ReadAsync(cancellationToken).ConfigureAwait(false)).Trim();
        return token.Length > 0 && !token.AsSpan().ContainsAnyExceptInRange('!', '~') ? token : throw new InvalidDataException("the file of its token holds none");
    }

    private bool IsSameServer(Uri address) => Uri.Compare(
        address, _access.Address, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static SslClientAuthenticationOptions TlsWith(string? caFile)
    {
        if (caFile is null) return new SslClientAuthenticationOptions();
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        return new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
    }
}
