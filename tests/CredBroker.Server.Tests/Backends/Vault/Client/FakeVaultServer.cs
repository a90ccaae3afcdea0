using System.Net;

namespace CredBroker.Server.Tests.Backends.Vault.Client;

/// <summary>Stands where the network would be, and answers as it is told.</summary>
internal sealed class FakeVaultServer : HttpMessageHandler
{
    private static readonly string[] Headers = ["X-Vault-Request", "X-Vault-Namespace", "X-Vault-Token"];

    /// <summary>What was sent, each request on a line.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Answers the request of that number, from 1.</summary>
    public Func<int, HttpResponseMessage> Answer { get; set; } = _ => new HttpResponseMessage(HttpStatusCode.NoContent);

    /// <summary>Never answers.</summary>
    public bool Hangs { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var headers = Headers.Where(name => request.Headers.Contains(name)).Select(name => $"{name}={string.Join(',', request.Headers.GetValues(name))}");
        var body = request.Content is { } content ? await content.ReadAsStringAsync(cancellationToken) : "";
        int count;
        lock (Requests)
        {
            Requests.Add($"{request.Method} {request.RequestUri} {string.Join(' ', headers)} {body}");
            count = Requests.Count;
        }

        if (Hangs) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return Answer(count);
    }
}
