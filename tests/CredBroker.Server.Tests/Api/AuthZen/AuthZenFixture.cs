using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;

namespace CredBroker.Server.Tests.Api.AuthZen;

/// <summary>A fixture whose tests ask a broker with policies for tools.</summary>
internal abstract class AuthZenFixture
{
    private const string Policies = """
        @id("all") permit (principal, action, resource);
        @id("tools-read") @reason("Tools only read.") forbid (principal, action == Action::"callTool", resource)
        when { context.capability == "write" && resource != Tool::"refund" };
        @id("refund-approved") @approval("payments-oncall") forbid (principal, action == Action::"callTool", resource == Tool::"refund")
        unless { context has approval };
        """;

    private const string Approvers = """
        apiVersion: credbroker/v1
        kind: ApproverGroup
        metadata: { name: payments-oncall, owner: payments }
        spec: { approvers: [development/approver] }
        """;

    private RedisServerProcess _redis = null!;
    private BrokerProcess _broker = null!;

    protected BrokerSite Site { get; private set; } = null!;

    protected BrokerCalls Calls => _broker.Calls;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _redis = await OwnRedis.StartAsync();
        Site = new BrokerSite(_redis.ConnectionString);
        await File.WriteAllTextAsync(Path.Combine(Site.PoliciesFolder, "all.cedar"), Policies);
        await File.WriteAllTextAsync(Path.Combine(Site.CatalogueFolder, "approvers.yaml"), Approvers);
        _broker = await BrokerProcess.StartAsync(Site);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        Site?.Dispose();
        if (_redis is not null) await _redis.DisposeAsync();
    }

    /// <summary>Agrees to a request, as the one approver.</summary>
    protected async Task ApproveAsync(string id)
    {
        var tokens = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Site.DataFolder, "operators.json")))!;
        await new ApprovalService.ApprovalServiceClient(Calls.Channel).DecideAsync(
            new DecideRequest { ApprovalId = id, Approve = true, Reason = "a drill" }, BrokerCalls.Bearer((string)tokens["approver"]!));
    }

    /// <summary>A request that is good in every respect.</summary>
    protected static JsonObject Asking(OpenedTask about, string action = "read", string tool = "search", string target = "orders-api") => new()
    {
        ["subject"] = new JsonObject { ["type"] = "task", ["id"] = about.Id },
        ["action"] = new JsonObject { ["name"] = action, ["properties"] = new JsonObject { ["tool"] = tool } },
        ["resource"] = new JsonObject { ["type"] = "target", ["id"] = target },
    };

    protected Task<HttpResponseMessage> SendAsync(string path, OpenedTask by, JsonNode body) => SendAsync(path, by.Token, body.ToJsonString());

    protected async Task<HttpResponseMessage> SendAsync(string path, string? token, string body, string type = "application/json", string method = "POST", string? requestId = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        if (type.Length > 0) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (requestId is not null) request.Headers.TryAddWithoutValidation("X-Request-ID", requestId);
        return await Calls.Http.SendAsync(request);
    }

    /// <summary>The one answer to a request that is answered.</summary>
    protected async Task<JsonNode> AnswerAsync(string path, OpenedTask by, JsonNode body)
    {
        using var response = await SendAsync(path, by, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That((int)response.StatusCode, Is.EqualTo(200), text);
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/json"));
        return JsonNode.Parse(text)!;
    }

    protected IReadOnlyList<JsonNode> LinesOf(OpenedTask task) =>
        [.. Site.ReadAudit().Where(line => (string?)line["task"] == task.Id && (string?)line["type"] is "tool_call_allowed" or "tool_call_denied" or "tool_call_pending" or "refused")];
}
