using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace CredBroker.Server.Tests.Api.AuthZen;

/// <summary>What nobody gets a yes for by the AuthZEN endpoints, and what never makes them fail.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class EvaluationAttackTests : AuthZenFixture
{
    private const string One = "/access/v1/evaluation";
    private const string Many = "/access/v1/evaluations";

    private static readonly string[] Good = ["\"subject\":{\"type\":\"task\",\"id\":\"$\"}", "\"action\":{\"name\":\"read\"}", "\"resource\":{\"type\":\"target\",\"id\":\"orders-api\"}"];

    private static readonly string[] Bodies =
    [
        "",
        "{",
        "[]",
        "null",
        "\"text\"",
        "{}",
        "\u0000",
        "{\"subject\":\"alice\"}",
        Of(Good[0], Good[1]),
        Of(Good[0], Good[2]),
        Of(Good[1], Good[2]),
        Of(Good[0], "\"action\":{}", Good[2]),
        Of(Good[0], "\"action\":{\"name\":123}", Good[2]),
        Of(Good[0], "\"action\":{\"name\":\" \"}", Good[2]),
        Of(Good[0], "\"action\":{\"name\":\"read\",\"properties\":[]}", Good[2]),
        Of(Good[0], "\"action\":{\"name\":\"read\",\"properties\":{\"tool\":7}}", Good[2]),
        Of(Good[0], "\"action\":{\"name\":\"read\",\"properties\":{\"capability\":\"delegate\"}}", Good[2]),
        Of("\"subject\":{\"type\":\"task\"}", Good[1], Good[2]),
        Of("\"subject\":{\"id\":\"$\"}", Good[1], Good[2]),
        Of("\"subject\":null", Good[1], Good[2]),
        Of("\"subject\":{\"type\":\"task\",\"id\":\"$\",\"properties\":1}", Good[1], Good[2]),
        Of(Good[0], Good[1], "\"resource\":{\"type\":\"target\"}"),
        Of(Good[0], Good[1], "\"resource\":{\"type\":\"target\",\"id\":\"orders-api\",\"properties\":{\"sensitivity\":\"secret\"}}"),
        Of(Good[0], Good[1], "\"resource\":{\"type\":\"target\",\"id\":\"orders-api\",\"properties\":{\"sensitivity\":1}}"),
        Of(Good[0], Good[1], "\"resource\":{\"type\":\"target\",\"id\":\"a\\u0000b\"}"),
        Of(Good[0], Good[1], Good[2], "\"context\":[]"),
        Of(Good[0], Good[1], Good[2], "\"context\":{\"arguments_digest\":\"ABC\"}"),
        Of(Good[0], Good[1], Good[2], "\"context\":{\"arguments_digest\":null}"),
        Of(Good[0], Good[1], Good[2], "\"subject\":{\"type\":\"task\",\"id\":\"another\"}"),
        Of(Good[0], "\"action\":{\"name\":\"write\",\"n\\u0061me\":\"read\"}", Good[2]),
        Of(Good[0], Good[1], Good[2], "\"deep\":" + new string('[', 200) + new string(']', 200)),
        Of(Good[0], Good[1], Good[2], "\"half\":\"\\ud800\""),
        Of(Good[0], Good[1], Good[2], "\"tail\":1,"),
        Of(Good[0], Good[1], "\"resource\":{\"type\":\"target\",\"id\":\"" + new string('x', 9000) + "\"}"),
        Of(Good[0], Good[1], Good[2], "\"big\":\"" + new string('x', 300_000) + "\""),
    ];

    private static readonly string[] Batches =
    [
        Of(Good[0], Good[1], Good[2], "\"evaluations\":{}"),
        Of(Good[0], Good[1], Good[2], "\"evaluations\":null"),
        Of(Good[0], Good[1], Good[2], "\"evaluations\":[" + string.Join(',', Enumerable.Repeat("{}", 51)) + "]"),
        Of(Good[0], Good[1], Good[2], "\"evaluations\":[{}]", "\"options\":\"execute_all\""),
        Of(Good[0], Good[1], Good[2], "\"evaluations\":[{}]", "\"options\":{\"evaluations_semantic\":\"any\"}"),
        Of(Good[0], Good[1], Good[2], "\"evaluations\":[{}]", "\"options\":{\"evaluations_semantic\":true}"),
        Of("\"subject\":\"alice\"", Good[1], Good[2], "\"evaluations\":[{" + Good[0] + "}]"),
    ];

    [TestCaseSource(nameof(Bodies))]
    public async Task Evaluation_Malformed_IsABadRequest(string body)
    {
        var opened = await Calls.OpenAsync();
        foreach (var path in new[] { One, Many })
        {
            using var response = await SendAsync(path, opened.Token, body.Replace("$", opened.Id, StringComparison.Ordinal));

            await RequireBadRequestAsync(response);
        }

        Assert.That(LinesOf(opened).Select(line => (string?)line["type"]), Is.All.EqualTo("refused"));
    }

    [TestCaseSource(nameof(Batches))]
    public async Task Evaluations_Malformed_IsABadRequest(string body)
    {
        var opened = await Calls.OpenAsync();

        using var response = await SendAsync(Many, opened.Token, body.Replace("$", opened.Id, StringComparison.Ordinal));

        await RequireBadRequestAsync(response);
        Assert.That(LinesOf(opened).Select(line => (string?)line["type"]), Is.EqualTo(new[] { "refused" }));
    }

    [Test]
    public async Task Evaluations_ItemsThatAreNone_SayNoAndLeaveTheOthers()
    {
        var opened = await Calls.OpenAsync();
        var asking = Asking(opened);
        asking["evaluations"] = new JsonArray(5, null, new JsonArray(), new JsonObject { ["action"] = "read" }, new JsonObject());

        var answers = (await AnswerAsync(Many, opened, asking))["evaluations"]!.AsArray();

        Assert.That(answers.Select(answer => (bool)answer!["decision"]!), Is.EqualTo(new[] { false, false, false, false, true }));
    }

    [TestCase("text/plain"), TestCase(""), TestCase("application/x-www-form-urlencoded"), TestCase("application/jsonp")]
    public async Task Evaluation_OtherContent_IsABadRequest(string type)
    {
        var opened = await Calls.OpenAsync();

        using var response = await SendAsync(One, opened.Token, Asking(opened).ToJsonString(), type);

        await RequireBadRequestAsync(response);
    }

    [TestCase("GET"), TestCase("PUT"), TestCase("DELETE")]
    public async Task Evaluation_OtherMethod_IsNotAllowed(string method)
    {
        var opened = await Calls.OpenAsync();

        using var response = await SendAsync(One, opened.Token, Asking(opened).ToJsonString(), method: method);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
        Assert.That(response.Content.Headers.Allow, Is.EqualTo(new[] { "POST" }));
    }

    [Test]
    public async Task Evaluation_NotUtf8_IsABadRequest()
    {
        var opened = await Calls.OpenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, One)
        {
            Content = new ByteArrayContent([.. Encoding.UTF8.GetBytes(Asking(opened).ToJsonString()[..^1] + ",\"x\":\""), 0xff, .. "\"}"u8]),
        };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Authorization = new("Bearer", opened.Token);

        using var response = await Calls.Http.SendAsync(request);

        await RequireBadRequestAsync(response);
    }

    [Test]
    public async Task Evaluation_SizeNotTold_IsReadNoFurtherThanItMay()
    {
        var opened = await Calls.OpenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, One) { Content = new StringContent("{\"x\":\"" + new string('x', 600_000) + "\"}", Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Authorization = new("Bearer", opened.Token);

        using var response = await Calls.Http.SendAsync(request);

        await RequireBadRequestAsync(response);
    }

    [TestCase("")]
    [TestCase("Bearer")]
    [TestCase("Basic YTpi")]
    [TestCase("Bearer cbt_nonsense")]
    [TestCase("Bearer cbt_tsk_0001.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Evaluation_NoTokenThatIsSomeTasks_IsToldHowToCome(string authorization)
    {
        var opened = await Calls.OpenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, One) { Content = new StringContent(Asking(opened).ToJsonString(), Encoding.UTF8, "application/json") };
        if (authorization.Length > 0) request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var response = await Calls.Http.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(response.Headers.WwwAuthenticate.Select(scheme => scheme.Scheme), Is.EqualTo(new[] { "Bearer", "DPoP" }));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.StartWith("TASK_TOKEN_INVALID: "));
    }

    [Test]
    public async Task Evaluation_TokenInMemoryWithAnotherSecret_IsNobodys()
    {
        var opened = await Calls.OpenAsync();
        await AnswerAsync(One, opened, Asking(opened));

        using var response = await SendAsync(One, opened.Token[..^4] + "AAAA", Asking(opened).ToJsonString());

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [TestCase("task"), TestCase("workload"), TestCase("user")]
    public async Task Evaluation_AnothersTask_IsDeniedAsIfThereWereNone(string type)
    {
        var (own, other) = (await Calls.OpenAsync(), await Calls.OpenAsync());
        var asking = Asking(own);
        asking["subject"] = new JsonObject { ["type"] = type, ["id"] = type == "workload" ? other.Task.Workload.Subject : other.Id };

        var answer = await AnswerAsync(One, own, asking);
        asking["subject"]!["id"] = "nobody";
        var nobody = await AnswerAsync(One, own, asking);

        Assert.That((bool)answer["decision"]!, Is.False);
        Assert.That((string?)answer["context"]!["reason"], Is.EqualTo("TASK_NOT_FOUND"));
        Assert.That(nobody.ToJsonString(), Is.EqualTo(answer.ToJsonString()));
        Assert.That(LinesOf(own).Select(line => (string?)line["reason"]), Is.EqualTo(new[] { "TASK_NOT_FOUND", "TASK_NOT_FOUND" }));
        Assert.That(LinesOf(other), Is.Empty);
    }

    [Test]
    public async Task Evaluation_TaskIsOver_IsDenied()
    {
        var opened = await Calls.OpenAsync();
        Assert.That((bool)(await AnswerAsync(One, opened, Asking(opened)))["decision"]!, Is.True);
        await opened.EndAsync();

        var answer = await AnswerAsync(One, opened, Asking(opened));

        Assert.That((bool)answer["decision"]!, Is.False);
        Assert.That((string?)answer["context"]!["reason"], Is.EqualTo("TASK_ENDED"));
    }

    [TestCase("\u007f"), TestCase("ä"), TestCase("x", 300)]
    public async Task RequestId_ThatCannotBeGivenBack_IsABadRequest(string id, int times = 1)
    {
        var opened = await Calls.OpenAsync();
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var client = new HttpClient(handler) { BaseAddress = Calls.Http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, One) { Content = new StringContent(Asking(opened).ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", opened.Token);
        request.Headers.TryAddWithoutValidation("X-Request-ID", string.Concat(Enumerable.Repeat(id, times)));

        using var response = await client.SendAsync(request);

        await RequireBadRequestAsync(response);
        Assert.That(response.Headers.Contains("X-Request-ID"), Is.False);
    }

    [Test]
    public async Task Evaluation_ApprovalId_IsNotTakenForAYes()
    {
        var opened = await Calls.OpenAsync();
        var asking = Asking(opened, "write", "refund");
        asking["context"] = new JsonObject { ["approval_id"] = "apr_1", ["arguments_digest"] = new string('a', 64) };

        var answer = await AnswerAsync(One, opened, asking);

        Assert.That((bool)answer["decision"]!, Is.False);
        Assert.That((string?)answer["context"]!["reason"], Is.EqualTo("POLICY_DENIED"));
    }

    [Test]
    public async Task Evaluation_MadeUpTokensWithoutEnd_AreLimitedByAddress()
    {
        await using var store = await Faults.OwnStore.StartAsync();
        store.Site.Settings["Attestation:Limits:PerAddress"] = "1";
        store.Site.Settings["Attestation:Limits:PerAddressBurst"] = "5";
        await using var broker = await CredBroker.Testing.Broker.BrokerProcess.StartAsync(store.Site);
        var opened = await broker.Calls.OpenAsync();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 10; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, One) { Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json") };
            request.Headers.Authorization = new("Bearer", $"{opened.Token[..^8]}AAAAAAAA");
            using var response = await broker.Calls.Http.SendAsync(request);
            statuses.Add(response.StatusCode);
        }

        Assert.That(statuses, Does.Contain(HttpStatusCode.TooManyRequests));
        Assert.That(store.Site.ReadAudit().Count(line => (string?)line["reason"] == "TASK_TOKEN_INVALID"), Is.LessThan(10));
    }

    private static string Of(params string[] members) => "{" + string.Join(',', members) + "}";

    private static async Task RequireBadRequestAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), text);
        Assert.That(text, Does.StartWith("INVALID_REQUEST: "));
    }
}
