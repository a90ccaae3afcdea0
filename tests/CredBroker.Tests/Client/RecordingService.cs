using System.Net;
using CredBroker.Testing.Broker;

namespace CredBroker.Tests.Client;

/// <summary>A service behind an HTTP client: it takes whatever the fake broker holds for good.</summary>
internal sealed class RecordingService(FakeBroker broker) : HttpMessageHandler
{
    private readonly Lock _gate = new();

    public List<HttpStatusCode> Answers { get; } = [];

    public List<string> Tokens { get; } = [];

    public List<string> Bodies { get; } = [];

    public bool AlwaysRefuse { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var token = request.Headers.Authorization?.Parameter ?? "";
        var status = !AlwaysRefuse && broker.Ledger.IsLive(token) ? HttpStatusCode.OK : HttpStatusCode.Unauthorized;
        lock (_gate)
        {
            Answers.Add(status);
            Tokens.Add(token);
            Bodies.Add(body);
        }
        return new HttpResponseMessage(status) { RequestMessage = request };
    }
}
