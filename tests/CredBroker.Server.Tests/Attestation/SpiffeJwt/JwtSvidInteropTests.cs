using System.Text.Json.Nodes;
using CredBroker.Testing;
using CredBroker.Testing.Attestation;
using DevIssuer;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

/// <summary>Evidence made by npm jose is judged here, and evidence made here is judged by npm jose.</summary>
[Category("Unit")]
public sealed class JwtSvidInteropTests
{
    private const string Workload = AttestorUnderTest.Workload;

    private readonly NodeScript _jose = new("jwt-svid.mjs");
    private AttestorUnderTest _tested;

    [OneTimeSetUp]
    public static void FindJose()
    {
        if (NodeScript.Missing("jose") is { } what) Assert.Ignore(what);
    }

    [SetUp]
    public void Start() => _tested = new AttestorUnderTest();

    [TearDown]
    public void Stop() => _tested.Dispose();

    [Test]
    public async Task AttestAsync_EvidenceOfJose_IsJudgedByWhatItIs()
    {
        var made = JsonNode.Parse(await _jose.RunAsync("", "issue", Seconds()))!;
        TestTrustDomain.WriteBundle(_tested.BundleFile(), made["bundle"]!.ToJsonString());
        _tested.Start();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(made["good"]!.AsArray(), Has.Count.EqualTo(9));
            Assert.That(made["bad"]!.AsArray(), Has.Count.EqualTo(15));
            foreach (var good in made["good"]!.AsArray())
                Assert.That(await Accepts(good!), Is.True, (string?)good!["name"]);
            foreach (var bad in made["bad"]!.AsArray())
                Assert.That(await Accepts(bad!), Is.False, (string?)bad!["name"]);
        }
    }

    [TestCase("ES256")]
    [TestCase("PS256")]
    public async Task TestTrustDomain_Svid_IsGoodForJose(string algorithm)
    {
        _tested.Domain.AddKey(algorithm);

        var claims = await AskJose(_tested.Domain.Bundle(), _tested.Domain.IssueSvid(Workload));

        Assert.That((string?)claims["sub"], Is.EqualTo(Workload));
    }

    [Test]
    public async Task DevIssuer_Svid_IsGoodForJoseAndForTheAttestor()
    {
        var folder = Directory.CreateTempSubdirectory("devissuer-").FullName;
        using var domain = DevTrustDomain.Create("acme.test", folder);
        var svid = domain.Issue(Workload, "credbroker", TimeSpan.FromMinutes(5), _tested.Time.GetUtcNow());
        var bundle = await File.ReadAllTextAsync(Path.Combine(folder, "bundle.json"));
        Directory.Delete(folder, recursive: true);

        var claims = await AskJose(JsonNode.Parse(bundle)!, svid);
        Assert.That((long?)claims["exp"], Is.EqualTo((_tested.Time.GetUtcNow() + TimeSpan.FromMinutes(5)).ToUnixTimeSeconds()));

        TestTrustDomain.WriteBundle(_tested.BundleFile(), bundle);
        _tested.Start();
        Assert.That((await _tested.AttestAsync(svid)).Subject, Is.EqualTo(Workload));
    }

    private async Task<JsonNode> AskJose(JsonNode bundle, string svid)
    {
        var ask = new JsonObject { ["bundle"] = bundle.DeepClone(), ["svid"] = svid };
        return JsonNode.Parse(await _jose.RunAsync(ask.ToJsonString(), "verify", "credbroker", Seconds()))!;
    }

    private async Task<bool> Accepts(JsonNode made)
    {
        try
        {
            return (await _tested.AttestAsync((string)made["svid"]!)).Subject == Workload;
        }
        catch (RefusedException refused)
        {
            TestContext.Out.WriteLine($"{made["name"]}: {refused.Message}");
            Assert.That(refused.Reason, Is.EqualTo(ErrorReason.AttestationFailed));
            return false;
        }
    }

    private string Seconds() => _tested.Time.GetUtcNow().ToUnixTimeSeconds().ToString(provider: null);
}
