using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using Google.Protobuf;
using Grpc.Health.V1;

namespace CredBroker.Server.Tests.Api;

/// <summary>The same calls as JSON over HTTP/1.1, by a client that knows nothing of gRPC.</summary>
[TestFixture, Category("Server")]
internal sealed class JsonApiTests : ServerFixture
{
    [Test]
    public async Task WholeLife_ByJson_AsByGrpc()
    {
        var opened = await OpenAsync();
        var token = (string)opened["taskToken"]!;
        var task = (string)opened["task"]!["id"]!;

        var issued = await SendAsync(HttpMethod.Post, "/v1/leases", token, new JsonObject { ["template"] = "orders-api", ["ttl"] = "30s" });
        var lease = (string)issued["issued"]!["lease"]!["id"]!;
        Assert.That((string?)issued["issued"]!["credential"]!["accessToken"]!["value"], Does.Match(@"^[\w-]+\.[\w-]+\.[\w-]+$"));
        Assert.That((string?)(await SendAsync(HttpMethod.Get, $"/v1/leases/{lease}", token))["lease"]!["state"], Is.EqualTo("LEASE_STATE_ACTIVE"));
        Assert.That((await SendAsync(HttpMethod.Get, "/v1/leases?selector.template=orders-api&page_size=1", token))["leases"]!.AsArray(), Has.Count.EqualTo(1));
        var renewed = await SendAsync(HttpMethod.Post, $"/v1/leases/{lease}:renew", token, new JsonObject { ["ttl"] = "60s" });
        Assert.That((string?)renewed["lease"]!["id"], Is.EqualTo(lease));
        Assert.That(await SendAsync(HttpMethod.Post, $"/v1/tasks/{task}:heartbeat", token, []), Does.ContainKey("heartbeatDeadline"));
        var released = await SendAsync(HttpMethod.Post, $"/v1/leases/{lease}:release", token, []);
        Assert.That((string?)released["lease"]!["state"], Is.EqualTo("LEASE_STATE_REVOKED"));
        Assert.That((string?)(await SendAsync(HttpMethod.Get, $"/v1/tasks/{task}", token))["task"]!["state"], Is.EqualTo("TASK_STATE_OPEN"));
        var ended = await SendAsync(HttpMethod.Post, $"/v1/tasks/{task}:end", token, new JsonObject { ["outcome"] = "succeeded" });
        Assert.That(ended["receipt"]!["confirmed"]!.ToString(), Is.EqualTo("1"));
    }

    [Test]
    public async Task Refusal_ByJson_CarriesStatusReasonAndViolations()
    {
        var token = (string)(await OpenAsync())["taskToken"]!;

        using var response = await RequestAsync(HttpMethod.Post, "/v1/leases", token, new JsonObject { ["template"] = "orders-api", ["ttl"] = "0s" });

        var body = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        var details = body["details"]!.AsArray();
        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That((int)body["code"]!, Is.EqualTo(3));
            Assert.That(details.Any(detail => (string?)detail!["reason"] == "INVALID_REQUEST" && (string?)detail["domain"] == "credbroker"), Is.True, body.ToString());
            Assert.That(details.Any(detail => (string?)detail!["fieldViolations"]?[0]?["field"] == "ttl"), Is.True, body.ToString());
        });
    }

    [TestCase("GET", "/v1/leases", HttpStatusCode.Unauthorized)]
    [TestCase("POST", "/v1/revocations", HttpStatusCode.Unauthorized)]
    [TestCase("GET", "/v1/nothing", HttpStatusCode.NotFound)]
    public async Task Call_WithoutAToken_ItsOwnStatus(string method, string path, HttpStatusCode expected)
    {
        using var response = await RequestAsync(new HttpMethod(method), path, null, method == "POST" ? [] : null);

        Assert.That(response.StatusCode, Is.EqualTo(expected));
    }

    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("{\"ttl\": \"soon\"}")]
    [TestCase("{\"capabilities\": [\"CAPABILITY_FLY\"]}")]
    [TestCase("{\"template\": 5, \"ttl\": {}}")]
    [TestCase("\u0000")]
    public async Task Call_BodyThatIsNotTheMessage_BadRequest(string body)
    {
        var token = (string)(await OpenAsync())["taskToken"]!;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/leases") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", token);

        using var response = await Calls.Http.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), await response.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task Status_AnybodyAsks_TellsWhatIsThereAndNothingMore()
    {
        var status = await Calls.Governance.GetStatusAsync(new GetStatusRequest());

        Assert.Multiple(() =>
        {
            Assert.That(status.Ready, Is.True);
            Assert.That(status.Components.Select(component => component.Name), Is.SupersetOf(new[] { "store", "audit", "keys", "templates" }));
            Assert.That(status.Components.Select(component => component.Healthy), Is.All.True);
            Assert.That(status.Templates, Is.EqualTo(6));
            Assert.That(status.CatalogueVersion, Has.Length.EqualTo(16));
            Assert.That(status.Version, Is.Not.Empty);
        });
        Assert.That((bool)(await SendAsync(HttpMethod.Get, "/v1/status", null))["ready"]!, Is.True);
    }

    [Test]
    public async Task Health_Ready_ByEveryRoad()
    {
        Assert.That(await Calls.Http.GetStringAsync("/livez"), Is.EqualTo("ok"));
        Assert.That(await Calls.Http.GetStringAsync("/readyz"), Is.EqualTo("Healthy"));
        var health = await new Health.HealthClient(Calls.Channel).CheckAsync(new HealthCheckRequest());
        Assert.That(health.Status, Is.EqualTo(HealthCheckResponse.Types.ServingStatus.Serving));
    }

    [Test]
    public async Task Discovery_Documents_NameTheIssuerAndItsKeys()
    {
        var issuer = Calls.Http.BaseAddress!.ToString().TrimEnd('/');
        var configuration = (await Calls.Http.GetFromJsonAsync<JsonObject>("/.well-known/openid-configuration"))!;
        var server = (await Calls.Http.GetFromJsonAsync<JsonObject>("/.well-known/oauth-authorization-server"))!;
        var keys = (await Calls.Http.GetFromJsonAsync<JsonObject>((string)configuration["jwks_uri"]!))!;

        Assert.Multiple(() =>
        {
            Assert.That((string?)configuration["issuer"], Is.EqualTo(issuer));
            Assert.That((string?)server["issuer"], Is.EqualTo(issuer));
            Assert.That(keys["keys"]!.AsArray(), Has.Count.EqualTo(1));
            Assert.That(keys["keys"]![0]!.AsObject().ContainsKey("d"), Is.False);
        });
    }

    private async Task<JsonObject> OpenAsync()
    {
        var request = JsonNode.Parse(JsonFormatter.Default.Format(Calls.OpenRequest()))!.AsObject();
        return await SendAsync(HttpMethod.Post, "/v1/tasks", null, request);
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, string? token, JsonObject? body = null)
    {
        using var response = await RequestAsync(method, path, token, body);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), $"{method} {path}");
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private async Task<HttpResponseMessage> RequestAsync(HttpMethod method, string path, string? token, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        return await Calls.Http.SendAsync(request);
    }
}
