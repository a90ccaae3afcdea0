using System.Text.Json.Nodes;
using CredBroker.Testing;
using Microsoft.AspNetCore.Http;

namespace CredBroker.Server.Tests.Attestation.Oidc;

/// <summary>ID tokens made by npm jose are judged here.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
public sealed class OidcInteropTests
{
    private readonly NodeScript _jose = new("id-token.mjs");

    [OneTimeSetUp]
    public static void FindJose()
    {
        if (NodeScript.Missing("jose") is { } what) Assert.Ignore(what);
    }

    [Test]
    public async Task AttestAsync_TokensOfJose_AreJudgedByWhatTheyAre()
    {
        await using var tested = await OidcUnderTest.StartAsync();
        var made = JsonNode.Parse(await _jose.RunAsync("", tested.Issuer.Address, tested.Time.GetUtcNow().ToUnixTimeSeconds().ToString(provider: null)))!;
        tested.Issuer.Misbehaviour = context => context.Response.WriteAsync(
            context.Request.Path == "/keys"
                ? made["keys"]!.ToJsonString()
                : new JsonObject { ["issuer"] = tested.Issuer.Address, ["jwks_uri"] = $"{tested.Issuer.Address}/keys" }.ToJsonString());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(made["good"]!.AsArray(), Has.Count.EqualTo(9));
            Assert.That(made["bad"]!.AsArray(), Has.Count.EqualTo(15));
            foreach (var good in made["good"]!.AsArray()) Assert.That(await Accepts(tested, good!), Is.True, (string?)good!["name"]);
            foreach (var bad in made["bad"]!.AsArray()) Assert.That(await Accepts(tested, bad!), Is.False, (string?)bad!["name"]);
        }
    }

    private static async Task<bool> Accepts(OidcUnderTest tested, JsonNode made)
    {
        try
        {
            return (await tested.AttestAsync((string)made["token"]!)).Subject == "oidc://acme/repo:acme/orders";
        }
        catch (RefusedException refused)
        {
            TestContext.Out.WriteLine($"{made["name"]}: {refused.Message}");
            Assert.That(refused.Reason, Is.EqualTo(ErrorReason.AttestationFailed));
            return false;
        }
    }
}
