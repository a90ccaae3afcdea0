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
    [TestCase("")]
    public async Task Post_NotTheMessage_RefusedWithItsReason(string body) => await AssertRefusedAsync(await PostAsync(new StringContent(body, Encoding.UTF8, Media)));

    [TestCase("application/json; charset=bogus")]
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
