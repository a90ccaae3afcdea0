using Microsoft.IdentityModel.Protocols;

namespace CredBroker.Server.Access;

/// <summary>Reads documents of issuers: by TLS unless they are on this machine, without following anybody elsewhere, and not large.</summary>
internal sealed class IssuerDocuments : IDocumentRetriever, IDisposable
{
    private const int MaxBytes = 256 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MaxBytes,
    };

    public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !OperatorIssuerOptions.IsAllowed(uri))
            throw new InvalidDataException("The issuer names an address that is neither https nor on this machine.");
        using var response = await _http.GetAsync(uri, cancel);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(cancel);
    }

    public void Dispose() => _http.Dispose();
}
