using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace CredBroker.Server.Tests.Api;

/// <summary>JSON that is no message of the call is refused as any other bad request, without a word of how the broker reads it.</summary>
[TestFixture, Category("Server")]
internal sealed class UnreadableJsonTests : ServerFixture
{
    private const string Media = "application/json";

    [TestCase("""{"template":"orders-api","ttl":"999999999999s"}""")]
    [TestCase("""{"template":"orders-api","ttl":"5m"}""")]
    [TestCase("""{"template":"orders-api","ttl":5}""")]
    [TestCase("""{"template":"orders-api","capabilities":["read"]}""")]
    [TestCase("""{"template":7}""")]
    [TestCase("""{"template":"orders-api" """)]
    [TestCase("""[]""")]
    [TestCase("""{"\ud800":1}""")]
    [TestCase("""{"template":{"\ud800":1}}""")]
    [TestCase("")]
    public async Task Post_NotTheMessage_RefusedWithItsReason(string body) => await AssertRefusedAsync(await PostAsync(new StringContent(body, Encoding.UTF8, Media)));

    [TestCase("application/json; charset=bogus")]
    [TestCase("application/json; charset=utf-7")]
    [TestCase("text/plain")]
    public async Task Post_AsSomethingElse_RefusedWithItsReason(string media)
    {
        var content = new ByteArrayContent("""{"template":"orders-api"}"""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", media);
        await AssertRefusedAsync(await PostAsync(content), HttpStatusCode.BadRequest, HttpStatusCode.UnsupportedMediaType);
    }

    [Test]
    public async Task Post_LargerThanAMessageMayBe_RefusedWithItsReason() => await AssertRefusedAsync(
        await PostAsync(new StringContent($$"""{"template":"{{new string('x', 3 * 1024 * 1024)}}"}""", Encoding.UTF8, Media)),
        HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge);

    [Test]
    public async Task Get_WordForANumber_RefusedWithItsReason() =>
        await AssertRefusedAsync(await Calls.Http.GetAsync(new Uri("/v1/leases?page_size=abc", UriKind.Relative)));

    [TestCase("""{"template":"orders-api","justificaton":"x"}""", "justificaton")]
    [TestCase("""{"template":"orders-api","Template":"orders-api"}""", "Template")]
    public async Task Post_MemberThatIsNotKnown_RefusedByItsName(string body, string name) =>
        await AssertUnknownAsync(await PostAsync(new StringContent(body, Encoding.UTF8, Media)), name);

    [TestCase("/v1/approvals/apr_1:decide", """{"aprove":true,"reason":"fine"}""", "aprove")]
    [TestCase("/v1/revocations:preview", """{"selectors":[{"tenant":"payments"},{"tenant":"payments","worklod":"w"}]}""", "selectors.worklod")]
    [TestCase("/v1/revocations", """{"selectors":[{"tenant":"payments"}],"reason":"r","confirmcount":1}""", "confirmcount")]
    [TestCase("/v1/leases?template=orders-api", """{"template":"orders-api"}""", "template")]
    [TestCase("/v1/tasks", """{"evidence":{"attestor":"x","payload":"","more":{}}}""", "evidence.more")]
    [TestCase("/v1/leases", """{"template":"orders-api","\u0000<b>":1}""", "(a name that is none)")]
    [TestCase("/v1/approvals/apr_1:decide", """{"approval_id":"apr_2","approve":true}""", "approval_id")]
    [TestCase("/v1/approvals/apr_1:decide", """{"approvalId":7,"approve":true}""", "approval_id")]
    public async Task Post_ElsewhereAndDeepInside_RefusedByItsName(string path, string body, string name) => await AssertUnknownAsync(
        await Calls.Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, Encoding.UTF8, Media)), name);

    [Test]
    public async Task Post_InAnotherEncoding_LookedIntoAllTheSame() => await AssertUnknownAsync(
        await PostAsync(new StringContent("""{"template":"orders-api","aprove":true}""", Encoding.Unicode, Media)), "aprove");

    [TestCase("/v1/leases?workload=w", "workload")]
    [TestCase("/v1/leases?page_size=1&selector.worklod=w", "selector.worklod")]
    [TestCase("/v1/leases?selector=w", "selector")]
    [TestCase("/v1/leases/lse_1?leaseId=lse_2", "leaseId")]
    [TestCase("/v1/status?verbose", "verbose")]
    public async Task Get_ParameterThatIsNotKnown_RefusedByItsName(string path, string name) =>
        await AssertUnknownAsync(await Calls.Http.GetAsync(new Uri(path, UriKind.Relative)), name);

    private static async Task AssertUnknownAsync(HttpResponseMessage response, string name)
    {
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That((string?)body["details"]!.AsArray().Select(detail => detail!["fieldViolations"]?[0]?["field"]).Single(field => field is not null), Is.EqualTo(name));
        await AssertRefusedAsync(response);
    }

    private Task<HttpResponseMessage> PostAsync(HttpContent content) => Calls.Http.PostAsync(new Uri("/v1/leases", UriKind.Relative), content);

    private static async Task AssertRefusedAsync(HttpResponseMessage response, params HttpStatusCode[] statuses)
    {
        using var answer = response;
        var text = await answer.Content.ReadAsStringAsync();
        var body = JsonNode.Parse(text)!;
        Assert.Multiple(() =>
        {
            Assert.That(answer.StatusCode, Is.AnyOf(statuses.Length == 0 ? [HttpStatusCode.BadRequest] : statuses), text);
            Assert.That((int)body["code"]!, Is.EqualTo(3));
            Assert.That((string?)body["details"]![0]!["reason"], Is.EqualTo("INVALID_REQUEST"), text);
            Assert.That((string?)body["details"]![0]!["domain"], Is.EqualTo("credbroker"));
            Assert.That(text, Does.Not.Contain("CredBroker.Protocol").And.Not.Contain("Exception"));
        });
    }
}
