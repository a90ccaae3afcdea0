using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CredBroker.Testing.Verification;

namespace CredBroker.Tests.Verification;

/// <summary>Every token here differs from a good one in one thing.</summary>
[Category("Server")]
internal sealed class RefusedTokenTests : VerificationFixture
{
    private static readonly string[] RequiredClaims = ["jti", "sub", "client_id", "iat", "nbf", "exp", "labels", "credbroker.dev/lease_id"];

    public static IEnumerable<TestCaseData> Forgeries()
    {
        yield return Case("alg none", "algorithm not accepted", (_, draft) => draft.WithHeader("alg", "none").LeaveUnsigned());
        yield return Case("signature cut off", "bad signature", (_, draft) => draft.LeaveUnsigned());
        yield return Case("HS256 with the public key", "algorithm not accepted",
            (broker, draft) => draft.WithHeader("alg", "HS256").Authenticate(broker.Key.Key.ExportSubjectPublicKeyInfo()));
        yield return Case("ES384 claimed", "algorithm not accepted", (broker, draft) => draft.WithHeader("alg", "ES384").Sign(broker.Key.Key));
        yield return Case("foreign key under our kid", "bad signature", (_, draft) => SignWithNewKey(draft));
        yield return Case("unknown kid", "unknown key", (broker, draft) => draft.WithHeader("kid", "key-9").Sign(broker.Key.Key));
        yield return Case("no kid", "unknown key", (broker, draft) => draft.WithHeader("kid", null).Sign(broker.Key.Key));
        yield return Case("typ JWT", "not an access token", (broker, draft) => draft.WithHeader("typ", "JWT").Sign(broker.Key.Key));
        yield return Case("typ AT+JWT", "not an access token", (broker, draft) => draft.WithHeader("typ", "AT+JWT").Sign(broker.Key.Key));
        yield return Case("no typ, as evidence has", "not an access token", (broker, draft) => draft.WithHeader("typ", null).Sign(broker.Key.Key));
        yield return Case("typ statuslist", "not an access token", (broker, draft) => draft.WithHeader("typ", "statuslist+jwt").Sign(broker.Key.Key));
        yield return Case("unknown critical header", "malformed",
            (broker, draft) => draft.WithHeader("crit", new JsonArray("exp")).Sign(broker.Key.Key));
        yield return Case("key in the header", "malformed", (broker, draft) => draft.WithHeader("jwk", broker.Key.ToJwk()).Sign(broker.Key.Key));
        yield return Case("foreign issuer", "wrong issuer", (broker, draft) => draft.With("iss", "https://evil.test").Sign(broker.Key.Key));
        yield return Case("issuer with a slash", "wrong issuer", (broker, draft) => draft.With("iss", $"{broker.Issuer}/").Sign(broker.Key.Key));
        yield return Case("foreign audience", "wrong audience", (broker, draft) => draft.With("aud", "https://billing.acme.test").Sign(broker.Key.Key));
        yield return Case("audience in other case", "wrong audience", (broker, draft) => draft.With("aud", "https://ORDERS.acme.test").Sign(broker.Key.Key));
        yield return Case("audience with a slash", "wrong audience", (broker, draft) => draft.With("aud", $"{FakeBroker.Audience}/").Sign(broker.Key.Key));
        yield return Case("two audiences", "wrong audience",
            (broker, draft) => draft.With("aud", new JsonArray(FakeBroker.Audience, "https://billing.acme.test")).Sign(broker.Key.Key));
        yield return Case("audience in an array", "wrong audience", (broker, draft) => draft.With("aud", new JsonArray(FakeBroker.Audience)).Sign(broker.Key.Key));
        yield return Case("no audience", "wrong audience", (broker, draft) => draft.With("aud", null).Sign(broker.Key.Key));
        yield return Case("bound to a key", "bound to a key",
            (broker, draft) => draft.With("cnf", new JsonObject { ["jkt"] = "thumbprint" }).Sign(broker.Key.Key));
        yield return Case("a claim twice", "malformed", (broker, draft) =>
            draft.SignRaw(broker.Key.Key, draft.Payload.ToJsonString()[..^1] + ",\"credbroker.dev/lease_id\":\"lse_other\"}"));
        yield return Case("not three parts", "malformed", (broker, draft) => draft.Sign(broker.Key.Key) + ".x");
        yield return Case("not base64", "malformed", (_, _) => "!!!.???.***");
        yield return Case("a task token", "malformed", (_, _) => "cbt_tsk_00.secret");
        yield return Case("over 16 KB", "malformed", (broker, draft) => draft.With("padding", new string('x', 17_000)).Sign(broker.Key.Key));
    }

    public static IEnumerable<TestCaseData> MissingClaims() =>
        from claim in RequiredClaims
        select new TestCaseData(claim).SetArgDisplayNames(claim);

    [TestCaseSource(nameof(Forgeries))]
    public async Task Get_ForgedToken_IsRefusedWithItsReason(string description, Func<FakeBroker, TokenDraft, string> forge)
    {
        var service = await StartServiceAsync();

        var answer = await service.GetAsync(forge(Broker, Broker.Draft()));

        AssertRefused(answer, description);
        Assert.That((await service.GetAsync(Broker.Token())).Status, Is.EqualTo(HttpStatusCode.OK), "a good token goes on being good");
    }

    [TestCaseSource(nameof(MissingClaims))]
    public async Task Get_ClaimMissing_IsRefused(string claim)
    {
        var service = await StartServiceAsync();

        AssertRefused(await service.GetAsync(Broker.Draft().With(claim, null).Sign(Broker.Key.Key)), "a required claim is missing");
    }

    [TestCase("labels", "[]")]
    [TestCase("labels", "\"label\"")]
    [TestCase("sub", "5")]
    [TestCase("jti", "\"\"")]
    [TestCase("iat", "\"1\"")]
    public async Task Get_ClaimOfTheWrongForm_IsRefused(string claim, string json)
    {
        var service = await StartServiceAsync();

        AssertRefused(await service.GetAsync(Broker.Draft().With(claim, JsonNode.Parse(json)).Sign(Broker.Key.Key)), "a required claim is missing");
    }

    [TestCase(1, HttpStatusCode.OK)]
    [TestCase(0, HttpStatusCode.Unauthorized)]
    [TestCase(-1, HttpStatusCode.Unauthorized)]
    public async Task Get_AroundExpiry_IsExactToTheSecond(int secondsLeft, HttpStatusCode expected)
    {
        var service = await StartServiceAsync();
        var token = Broker.Draft().With("exp", Start.ToUnixTimeSeconds() + secondsLeft).Sign(Broker.Key.Key);

        Assert.That((await service.GetAsync(token)).Status, Is.EqualTo(expected));
    }

    [Test]
    public async Task Get_KnownTokenExpires_IsRefused()
    {
        var service = await StartServiceAsync();
        var token = Broker.Draft().With("exp", Start.ToUnixTimeSeconds() + 10).Sign(Broker.Key.Key);
        Assert.That((await service.GetAsync(token)).Status, Is.EqualTo(HttpStatusCode.OK));

        Time.Advance(TimeSpan.FromSeconds(9.999));
        var before = await service.GetAsync(token);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        var after = await service.GetAsync(token);

        Assert.That(before.Status, Is.EqualTo(HttpStatusCode.OK));
        AssertRefused(after, "expired");
    }

    [TestCase("nbf", 30, HttpStatusCode.OK)]
    [TestCase("nbf", 31, HttpStatusCode.Unauthorized)]
    [TestCase("iat", 30, HttpStatusCode.OK)]
    [TestCase("iat", 31, HttpStatusCode.Unauthorized)]
    public async Task Get_TokenFromTheFuture_IsAllowedThirtySeconds(string claim, int seconds, HttpStatusCode expected)
    {
        var service = await StartServiceAsync();
        var token = Broker.Draft().With(claim, Start.ToUnixTimeSeconds() + seconds).Sign(Broker.Key.Key);

        var answer = await service.GetAsync(token);

        Assert.That(answer.Status, Is.EqualTo(expected));
        if (expected == HttpStatusCode.Unauthorized) AssertRefused(answer, "not yet valid");
    }

    [Test]
    public async Task Get_AnyToken_LeavesNoneInTheLog()
    {
        var service = await StartServiceAsync();
        var tokens = Forgeries().Select(forgery => ((Func<FakeBroker, TokenDraft, string>)forgery.Arguments[1]!)(Broker, Broker.Draft())).Append(Broker.Token()).ToList();

        foreach (var token in tokens) await service.GetAsync(token);

        var log = string.Join('\n', service.Logs.GetSnapshot().Select(record => $"{record.Message} {record.Exception}"));
        var parts = tokens.SelectMany(token => token.Split('.')).Where(part => part.Length > 20).Append(ProtectedService.Evidence);
        Assert.That(log, Does.Contain("was not authenticated"), "the log was read");
        foreach (var part in parts.Distinct()) Assert.That(log, Does.Not.Contain(part));
    }

    private static void AssertRefused(ProtectedService.Answer answer, string description)
    {
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.Challenge, Is.EqualTo($"Bearer error=\"invalid_token\", error_description=\"{description}\""));
    }

    private static string SignWithNewKey(TokenDraft draft)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return draft.Sign(key);
    }

    private static TestCaseData Case(string name, string description, Func<FakeBroker, TokenDraft, string> forge) =>
        new TestCaseData(description, forge).SetArgDisplayNames(name);
}
