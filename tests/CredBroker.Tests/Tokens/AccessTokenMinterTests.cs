using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CredBroker.Tests.Tokens;

[TestFixture, Category("Unit")]
public sealed class AccessTokenMinterTests
{
    private readonly TokenSample _sample = new();

    [OneTimeTearDown]
    public void DisposeKey() => _sample.Dispose();

    [Test]
    public void Mint_Header_HoldsAlgKidTypAndNothingElse()
    {
        var header = Part(_sample.Minter.Mint(TokenSample.Claims), 0);

        Assert.That(
            JsonNode.DeepEquals(header, new JsonObject { ["alg"] = "ES256", ["kid"] = _sample.Current.Id, ["typ"] = "at+jwt" }),
            Is.True, header.ToJsonString());
    }

    [Test]
    public void Mint_Payload_IsExactlyTheDocumentedClaims()
    {
        var claims = TokenSample.Claims;
        var expected = new JsonObject
        {
            ["iss"] = "https://broker.example",
            ["sub"] = "spiffe://acme.example/agents/reconciler",
            ["client_id"] = "spiffe://acme.example/agents/reconciler",
            ["aud"] = "https://orders.example",
            ["jti"] = claims.LeaseId.Value + ".2",
            ["iat"] = 1773480413,
            ["nbf"] = 1773480413,
            ["exp"] = 1773480474,
            ["scope"] = "orders:read orders:write",
            ["txn"] = "txn-1",
            ["authorization_details"] = new JsonArray(new JsonObject
            {
                ["type"] = "credbroker_task",
                ["task_id"] = claims.TaskId.Value,
                ["purpose"] = "reconcile-invoices",
                ["intent_hash"] = Base64Url.EncodeToString(SHA256.HashData("match March invoices to payments"u8)),
                ["actions"] = new JsonArray("read", "write"),
                ["locations"] = new JsonArray("https://orders.example", "orders"),
            }),
            ["labels"] = new JsonArray([.. claims.Labels.Select(label => JsonValue.Create(label))]),
            ["credbroker.dev/lease_id"] = claims.LeaseId.Value,
            ["credbroker.dev/policy_version"] = "0123456789abcdef",
            ["credbroker.dev/attestation_digest"] = "2jmj7l5rSw0yVb_vlWAYkK_YBwk",
        };

        var payload = Part(_sample.Minter.Mint(claims), 1);

        Assert.That(JsonNode.DeepEquals(payload, expected), Is.True, payload.ToJsonString());
    }

    [Test]
    public void Mint_Actors_StandInsideEachOtherTheHolderFirst()
    {
        var payload = Part(_sample.Minter.Mint(TokenSample.Claims with { Subject = "root", Actors = ["holder", "between", "first"] }), 1);

        Assert.That(payload["sub"]!.GetValue<string>(), Is.EqualTo("root"));
        Assert.That(
            JsonNode.DeepEquals(
                payload["act"],
                new JsonObject { ["sub"] = "holder", ["act"] = new JsonObject { ["sub"] = "between", ["act"] = new JsonObject { ["sub"] = "first" } } }),
            Is.True, payload.ToJsonString());
    }

    [Test]
    public void Mint_SameClaimsTwice_SameContent()
    {
        var first = _sample.Minter.Mint(TokenSample.Claims);
        var second = _sample.Minter.Mint(TokenSample.Claims);

        Assert.That(second[..second.LastIndexOf('.')], Is.EqualTo(first[..first.LastIndexOf('.')]));
    }

    [TestCase(0, 0)]
    [TestCase(999, 0)]
    [TestCase(1000, 1)]
    [TestCase(1001, 1)]
    public void Mint_FractionOfASecond_NeverOutlivesTheLease(int milliseconds, int seconds)
    {
        var start = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        var claims = TokenSample.Claims with { IssuedAt = start, ExpiresAt = start.AddMilliseconds(milliseconds) };

        var payload = Part(_sample.Minter.Mint(claims), 1);

        Assert.That((long)payload["exp"]!, Is.EqualTo(1_700_000_000 + seconds));
    }

    [Test]
    public void Mint_HostileText_StaysOneStringOfOneClaim()
    {
        const string purpose = "a\",\"aud\":\"https://evil.example\"}\n\u2028\u0000é😀\\";

        var payload = Part(_sample.Minter.Mint(TokenSample.Claims with { Purpose = purpose }), 1);

        Assert.Multiple(() =>
        {
            Assert.That((string?)payload["authorization_details"]![0]!["purpose"], Is.EqualTo(purpose));
            Assert.That((string?)payload["aud"], Is.EqualTo("https://orders.example"));
        });
    }

    [Test]
    public void Mint_NoScopes_NoScopeClaim() =>
        Assert.That(Part(_sample.Minter.Mint(TokenSample.Claims with { Scopes = [] }), 1)["scope"], Is.Null);

    [Test]
    public void Mint_EndsBeforeItBegins_Throws() =>
        Assert.That(
            () => _sample.Minter.Mint(TokenSample.Claims with { ExpiresAt = TokenSample.Now.AddSeconds(-1) }), Throws.ArgumentException);

    [Test]
    public void Mint_NoLease_Throws() =>
        Assert.That(() => _sample.Minter.Mint(TokenSample.Claims with { LeaseId = default }), Throws.InstanceOf<ArgumentException>());

    private static JsonObject Part(string token, int index) =>
        JsonNode.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[index])))!.AsObject();
}
