using System.Text.Json;

namespace CredBroker.Client.Evidence;

/// <summary>
/// The ID token of a GitHub Actions job with <c>permissions: { id-token: write }</c>. A fresh one is fetched each time, because the broker
/// takes each only once.
/// </summary>
public sealed class GitHubActionsEvidenceSource : IEvidenceSource, IDisposable
{
    private const string UrlVariable = "ACTIONS_ID_TOKEN_REQUEST_URL";
    private const string TokenVariable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _audience;
    private readonly Func<string, string?> _variable;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = 4 * WorkloadEvidence.MaxBytes,
    };

    /// <summary>Evidence from the runner that this process works for.</summary>
    /// <param name="audience">The audience that the broker expects.</param>
    public GitHubActionsEvidenceSource(string audience = "credbroker")
        : this(audience, Environment.GetEnvironmentVariable)
    {
    }

    internal GitHubActionsEvidenceSource(string audience, Func<string, string?> variable)
    {
        ArgumentException.ThrowIfNullOrEmpty(audience);
        (_audience, _variable) = (audience, variable);
    }

    /// <inheritdoc/>
    public async ValueTask<WorkloadEvidence> GetAsync(CancellationToken cancellationToken = default)
    {
        var url = Variable(UrlVariable);
        var token = Variable(TokenVariable);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}audience={Uri.EscapeDataString(_audience)}");
            request.Headers.Authorization = new("Bearer", token);
            using var response = await _http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode) throw new EvidenceUnavailableException($"GitHub Actions answers {(int)response.StatusCode} to the request for an ID token.");
            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return WorkloadEvidence.FromText(WorkloadEvidence.Oidc, answer.RootElement.GetProperty("value").GetString() ?? "");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new EvidenceUnavailableException($"GitHub Actions gives no ID token: {e.GetType().Name}.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private string Variable(string name) => _variable(name) is { Length: > 0 } value
        ? value
        : throw new EvidenceUnavailableException($"{name} is not set: the job needs the permission id-token: write.");
}
