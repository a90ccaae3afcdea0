using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CredBroker.Testing;
using CredBroker.Testing.Broker;

namespace CredBroker.Server.Tests.Api.AuthZen;

/// <summary>What a gateway is told by the AuthZEN Authorization API 1.0.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class EvaluationTests : AuthZenFixture
{
    private const string One = "/access/v1/evaluation";
    private const string Many = "/access/v1/evaluations";

    [Test]
    public async Task Evaluation_Permitted_SaysYesAndWritesTheLine()
    {
        var opened = await Calls.OpenAsync();
        var asking = Asking(opened);
        asking["context"] = new JsonObject { ["arguments_digest"] = new string('a', 64), ["time"] = "2026-01-01T00:00:00Z" };

        var answer = await AnswerAsync(One, opened, asking);

        Assert.That(answer.ToJsonString(), Is.EqualTo("""{"decision":true}"""));
        var line = LinesOf(opened).Single();
        Assert.Multiple(() =>
        {
            Assert.That((string?)line["type"], Is.EqualTo("tool_call_allowed"));
            Assert.That((string?)line["actor"]!["subject"], Is.EqualTo(opened.Task.Workload.Subject));
            Assert.That((string?)line["details"]!["tool"], Is.EqualTo("search"));
            Assert.That((string?)line["details"]!["target"], Is.EqualTo("orders-api"));
            Assert.That((string?)line["details"]!["capability"], Is.EqualTo("Read"));
            Assert.That((string?)line["details"]!["sensitivity"], Is.EqualTo("Internal"));
            Assert.That((string?)line["details"]!["arguments_digest"], Is.EqualTo(new string('a', 64)));
        });
    }

    [Test]
    public async Task Evaluation_Denied_SaysNoAndWhy()
    {
        var opened = await Calls.OpenAsync();

        var answer = await AnswerAsync(One, opened, Asking(opened, "write"));

        Assert.Multiple(() =>
        {
            Assert.That((bool)answer["decision"]!, Is.False);
            Assert.That((string?)answer["context"]!["reason"], Is.EqualTo("POLICY_DENIED"));
            Assert.That((string?)answer["context"]!["reason_user"]!["403"], Is.EqualTo("Tools only read."));
            Assert.That((string?)answer["context"]!["reason_admin"]!["403"], Is.EqualTo("POLICY_DENIED by tools-read"));
            Assert.That((string?)answer["context"]!["policies"]![0], Is.EqualTo("tools-read"));
            Assert.That((string?)answer["context"]!["policy_version"], Does.Match("^[0-9a-f]{16}$"));
            Assert.That(answer["context"]!.AsObject(), Does.Not.ContainKey("approval"));
            Assert.That((string?)LinesOf(opened).Single()["type"], Is.EqualTo("tool_call_denied"));
        });
    }

    [Test]
    public async Task Evaluation_OnlyAnApprovalIsMissing_IsAYesOnceSomebodyHasAgreed()
    {
        var opened = await Calls.OpenAsync();
        var asking = Asking(opened, "write", "refund");
        asking["context"] = new JsonObject { ["arguments_digest"] = new string('a', 64) };

        var answer = await AnswerAsync(One, opened, asking);

        Assert.That((bool)answer["decision"]!, Is.False);
        Assert.That((bool)answer["context"]!["approval"]!["needed"]!, Is.True);
        Assert.That((string?)answer["context"]!["approval"]!["groups"]![0], Is.EqualTo("payments-oncall"));
        var id = (string)answer["context"]!["approval"]!["id"]!;
        await ApproveAsync(id);
        asking["context"]!["approval_id"] = id;
        Assert.That((bool)(await AnswerAsync(One, opened, asking))["decision"]!, Is.True);
        Assert.That((bool)(await AnswerAsync(One, opened, asking))["decision"]!, Is.False, "it is good once");
    }

    [TestCase("""{"name":"read"}""", "read", "Read")]
    [TestCase("""{"name":"can_read"}""", "can_read", "Read")]
    [TestCase("""{"name":"search"}""", "search", "Write", Description = "What does not say that it only reads, writes.")]
    [TestCase("""{"name":"search","properties":{"capability":"read","rows":5}}""", "search", "Read")]
    [TestCase("""{"name":"read","properties":{"tool":"refund","capability":"write"}}""", "refund", "Write")]
    public async Task Evaluation_Action_IsToolAndCapability(string action, string tool, string capability)
    {
        var opened = await Calls.OpenAsync();
        var asking = Asking(opened);
        asking["action"] = JsonNode.Parse(action);
        asking["context"] = new JsonObject { ["arguments_digest"] = new string('a', 64) };

        await AnswerAsync(One, opened, asking);

        var details = LinesOf(opened).Single()["details"]!;
        Assert.That(((string?)details["tool"], (string?)details["capability"]), Is.EqualTo((tool, capability)));
    }

    [TestCase("""{"type":"target","id":"orders-api"}""", "orders-api", "Internal")]
    [TestCase("""{"type":"target","id":"orders-api","properties":{"sensitivity":"public"}}""", "orders-api", "Internal", Description = "A caller may only raise it.")]
    [TestCase("""{"type":"target","id":"orders-api","properties":{"sensitivity":"confidential"}}""", "orders-api", "Confidential")]
    [TestCase("""{"type":"order","id":"orders-api"}""", "order/orders-api", "Restricted", Description = "Of another type, it is no target of that name.")]
    public async Task Evaluation_Resource_IsTargetAndSensitivity(string resource, string target, string sensitivity)
    {
        var opened = await Calls.OpenAsync();
        var asking = Asking(opened);
        asking["resource"] = JsonNode.Parse(resource);

        await AnswerAsync(One, opened, asking);

        var details = LinesOf(opened).Single()["details"]!;
        Assert.That(((string?)details["target"], (string?)details["sensitivity"]), Is.EqualTo((target, sensitivity)));
    }

    [Test]
    public async Task Evaluation_SubjectIsTheWorkload_IsTheSameTask()
    {
        var opened = await Calls.OpenAsync();
        var asking = Asking(opened);
        asking["subject"] = new JsonObject { ["type"] = "workload", ["id"] = opened.Task.Workload.Subject, ["properties"] = new JsonObject { ["team"] = 4 } };

        Assert.That((bool)(await AnswerAsync(One, opened, asking))["decision"]!, Is.True);
    }

    [Test]
    public async Task Evaluation_UnknownMembers_AreIgnored()
    {
        var opened = await Calls.OpenAsync();
        var asking = Asking(opened);
        asking["later"] = new JsonArray(1, new JsonObject { ["x"] = false });
        asking["evaluations"] = "not of this endpoint";
        asking["subject"]!["nick"] = 5;

        Assert.That((bool)(await AnswerAsync(One, opened, asking))["decision"]!, Is.True);
    }

    [Test]
    public async Task Evaluations_ByDefault_AnswersEachInItsPlace()
    {
        var opened = await Calls.OpenAsync();

        var answers = await ManyAsync(opened, null);

        Assert.That(answers.Select(answer => (bool)answer!["decision"]!), Is.EqualTo(new[] { true, false, false, true }));
        Assert.That((string?)answers[1]!["context"]!["reason"], Is.EqualTo("POLICY_DENIED"));
        Assert.That((int)answers[2]!["context"]!["error"]!["status"]!, Is.EqualTo(400));
        Assert.That((string?)answers[2]!["context"]!["error"]!["message"], Does.Contain("resource.id"));
        Assert.That(LinesOf(opened).Select(line => (string?)line["type"]), Is.EqualTo(new[] { "tool_call_allowed", "tool_call_denied", "refused", "tool_call_allowed" }));
    }

    [TestCase("execute_all", new[] { true, false, false, true })]
    [TestCase("deny_on_first_deny", new[] { true, false })]
    [TestCase("permit_on_first_permit", new[] { true })]
    public async Task Evaluations_Semantic_IsFollowed(string semantic, bool[] expected)
    {
        var opened = await Calls.OpenAsync();

        var answers = await ManyAsync(opened, semantic);

        Assert.That(answers.Select(answer => (bool)answer!["decision"]!), Is.EqualTo(expected));
        Assert.That(LinesOf(opened), Has.Count.EqualTo(expected.Length));
    }

    [TestCase("{}"), TestCase("""{"evaluations":[]}""")]
    public async Task Evaluations_NoneListed_IsOneEvaluation(string members)
    {
        var opened = await Calls.OpenAsync();
        var asking = Asking(opened);
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject().ToList()) asking[name] = value!.DeepClone();

        Assert.That((await AnswerAsync(Many, opened, asking)).ToJsonString(), Is.EqualTo("""{"decision":true}"""));
    }

    [Test]
    public async Task RequestId_IsGivenBackOnEveryAnswer()
    {
        var opened = await Calls.OpenAsync();
        using var good = await SendAsync(One, opened.Token, Asking(opened).ToJsonString(), requestId: "r-1/a");
        using var bad = await SendAsync(One, opened.Token, "{", requestId: "r-2");
        using var unknown = await SendAsync(One, null, "{}", requestId: "r-3");
        using var none = await SendAsync(One, opened, Asking(opened));

        Assert.Multiple(() =>
        {
            Assert.That(new[] { good, bad, unknown }.Select(answer => answer.Headers.GetValues("X-Request-ID").Single()), Is.EqualTo(new[] { "r-1/a", "r-2", "r-3" }));
            Assert.That(none.Headers.Contains("X-Request-ID"), Is.False);
        });
    }

    [Test]
    public async Task Discovery_NamesWhatIsThere()
    {
        using var response = await Calls.Http.GetAsync("/.well-known/authzen-configuration");
        var document = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        var root = Calls.Http.BaseAddress!.ToString().TrimEnd('/');

        Assert.Multiple(() =>
        {
            Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("application/json"));
            Assert.That(response.Headers.CacheControl?.ToString(), Is.EqualTo("public, max-age=300"));
            Assert.That(document.Select(member => (member.Key, (string?)member.Value)), Is.EqualTo(new[]
            {
                ("policy_decision_point", root),
                ("access_evaluation_endpoint", root + One),
                ("access_evaluations_endpoint", root + Many),
            }));
        });
    }

    [Test]
    public async Task Evaluation_ByNode_FromDiscoveryToDecision()
    {
        if (NodeScript.Missing("@cedar-policy/cedar-wasm") is { } missing) Assert.Ignore(missing);
        var opened = await Calls.OpenAsync();
        var input = new JsonObject { ["decisionPoint"] = Calls.Http.BaseAddress!.ToString().TrimEnd('/'), ["token"] = opened.Token, ["task"] = opened.Id };

        var output = JsonNode.Parse(await new NodeScript("authzen-client.mjs").RunAsync(input.ToJsonString()))!;

        Assert.That(output.ToJsonString(), Is.EqualTo("""{"read":true,"write":false,"many":[true,false,false],"status":401}"""));
    }

    private async Task<JsonArray> ManyAsync(OpenedTask opened, string? semantic)
    {
        var asking = Asking(opened);
        asking["evaluations"] = new JsonArray(
            new JsonObject(),
            new JsonObject { ["action"] = new JsonObject { ["name"] = "write" } },
            new JsonObject { ["resource"] = new JsonObject { ["type"] = "target" } },
            new JsonObject { ["resource"] = new JsonObject { ["type"] = "target", ["id"] = "invoices-api" } });
        if (semantic is not null) asking["options"] = new JsonObject { ["evaluations_semantic"] = semantic, ["another"] = 1 };
        return (await AnswerAsync(Many, opened, asking))["evaluations"]!.AsArray();
    }
}
