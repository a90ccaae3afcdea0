using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace QuickStart;

/// <summary>
/// The orders API, called with a token that is given by hand, so that the same token can be shown again after its end. An agent that only
/// wants to call a service uses <c>AddCredBrokerToken</c> instead and never sees a token.
/// </summary>
internal sealed class OrdersClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>The orders, or only the status where it is not 200.</summary>
    public async Task<(HttpStatusCode Status, int Orders)> GetAsync(string token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK) return (response.StatusCode, 0);
        var orders = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return (response.StatusCode, orders.GetArrayLength());
    }

    public void Dispose() => _http.Dispose();
}
