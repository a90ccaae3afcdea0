using System.Text.Json;

namespace CredBroker.Client.Internal.Aws;

/// <summary>Asks the services that give a machine or a container its credentials: directly, with no redirect followed, within a time and a size.</summary>
internal sealed class MetadataHttp : IDisposable
{
    private const int MaxBytes = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MaxBytes,
    };

    /// <summary>The text of an answer.</summary>
    /// <exception cref="EvidenceUnavailableException">It does not answer, or not with 200.</exception>
    public async Task<string> AskAsync(string who, HttpMethod method, Uri address, string? header, string? value, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, address);
        if (header is not null && !request.Headers.TryAddWithoutValidation(header, value)) throw new EvidenceUnavailableException($"{who} cannot be asked with that token.");
        return await AskAsync(who, request, cancellationToken);
    }

    /// <inheritdoc cref="AskAsync(string, HttpMethod, Uri, string?, string?, CancellationToken)"/>
    public async Task<string> AskAsync(string who, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadAsStringAsync(cancellationToken)
                : throw new EvidenceUnavailableException($"{who} answers {(int)response.StatusCode} to the request for credentials.");
        }
        // The second is what an answer in letters that nobody knows is.
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new EvidenceUnavailableException($"{who} does not answer: {e.GetType().Name}.", e);
        }
    }

    /// <summary>The credentials in an answer, as all of these services write them.</summary>
    /// <exception cref="EvidenceUnavailableException">There are none.</exception>
    public static AwsCredentials Read(string who, string json)
    {
        try
        {
            using var answer = JsonDocument.Parse(json);
            var credentials = AwsCredentials.Of(Text(answer, "AccessKeyId"), Text(answer, "SecretAccessKey"), Text(answer, "Token"));
            if (credentials is not null) return credentials;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What the parser says may quote the answer.
        }

        throw new EvidenceUnavailableException($"{who} gives no credentials.");
    }

    public void Dispose() => _http.Dispose();

    private static string? Text(JsonDocument answer, string name) => answer.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
}
