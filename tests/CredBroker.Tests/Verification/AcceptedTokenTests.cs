using System.Net;
using System.Text.Json.Nodes;

namespace CredBroker.Tests.Verification;

[Category("Server")]
internal sealed class AcceptedTokenTests : VerificationFixture
{
    [Test]
    public async Task Get_GoodToken_AnswersAndShowsItsClaims()
    {
        var service = await StartServiceAsync();

        var answer = await service.GetAsync(Broker.Draft("lse_7").With("act", new JsonObject { ["sub"] = "agent" }).Sign(Broker.Key.Key));

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
        string[] expected =
        [
            "sub=spiffe://acme.test/agent", "client_id=spiffe://acme.test/agent", "lease_id=lse_7", "task_id=tsk_test", "txn=tsk_root",
            "scope=orders:read", "scope=orders:list", "capability=read", "act={\"sub\":\"agent\"}",
        ];
        Assert.That(JsonNode.Parse(answer.Body)!.AsArray().Select(claim => (string)claim!), Is.SupersetOf(expected));
    }

    [Test]
    public async Task Get_SecondTime_StillAnswers()
    {
        var service = await StartServiceAsync();
        var token = Broker.Token();

        var answers = new[] { await service.GetAsync(token), await service.GetAsync(token) };

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Get_KnownTokensSwitchedOffOrFew_StillAnswers([Values(0, 4)] int remembered)
    {
        var service = await StartServiceAsync(options => options.KnownTokens = remembered);
        var tokens = Enumerable.Range(0, 12).Select(number => Broker.Token($"lse_{number}")).ToList();

        foreach (var token in tokens.Concat(tokens))
            Assert.That((await service.GetAsync(token)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase(null)]
    [TestCase("Basic")]
    public async Task Get_NoBearerToken_IsChallengedWithoutAnError(string? scheme)
    {
        var service = await StartServiceAsync();

        var answer = scheme is null ? await service.GetAsync(null) : await service.GetAsync("dXNlcjpwYXNz", scheme: scheme);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.Challenge, Is.EqualTo("Bearer"));
    }

    [Test]
    public async Task Get_ScopeMissing_IsForbiddenAndNamesIt()
    {
        var service = await StartServiceAsync();

        var answer = await service.GetAsync(Broker.Token(), "/refunds");

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(answer.Challenge, Is.EqualTo("Bearer error=\"insufficient_scope\", scope=\"orders:refund orders:read\""));
    }

    [Test]
    public async Task Get_CapabilityMissing_IsForbiddenAndNamesIt()
    {
        var service = await StartServiceAsync();

        var read = await service.GetAsync(Broker.Token(), "/read");
        var write = await service.GetAsync(Broker.Token(), "/write");

        Assert.That(read.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(write.Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(write.Challenge, Is.EqualTo("Bearer error=\"insufficient_scope\", error_description=\"needs capability write\""));
    }
}
