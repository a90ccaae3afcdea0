using System.Text.Json.Nodes;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

/// <summary>Truly signed SVIDs whose claims are not what an SVID for this server says.</summary>
[Category("Unit")]
public sealed class ClaimAttackTests
{
    private const string Workload = AttestorUnderTest.Workload;
    private const string NotSubject = "its subject is not a SPIFFE ID of a workload";

    private AttestorUnderTest _tested;

    [SetUp]
    public void Start() => _tested = AttestorUnderTest.Started();

    [TearDown]
    public void Stop() => _tested.Dispose();

    [TestCase("sub", null, NotSubject)]
    [TestCase("sub", "7", NotSubject)]
    [TestCase("sub", "[\"spiffe://acme.test/agent/x\"]", NotSubject)]
    [TestCase("sub", "\"spiffe://acme.test\"", NotSubject)]
    [TestCase("sub", "\"spiffe://acme.test/\"", NotSubject)]
    [TestCase("sub", "\"spiffe://acme.test/agent/../admin\"", NotSubject)]
    [TestCase("sub", "\"spiffe://acme.test/agent%2fadmin\"", NotSubject)]
    [TestCase("sub", "\"spiffe://\\u0430cme.test/agent/x\"", NotSubject)]
    [TestCase("sub", "\"spiffe://ACME.test/agent/x\"", NotSubject)]
    [TestCase("sub", "\"spiffe://acme.test/agent/x\\n\"", NotSubject)]
    [TestCase("sub", "\"user-42\"", NotSubject)]
    [TestCase("sub", "\"spiffe://acme.test.evil.test/agent/x\"", "its trust domain is not trusted here")]
    [TestCase("sub", "\"spiffe://acme.tes/agent/x\"", "its trust domain is not trusted here")]
    public async Task Claim_Wrong_IsRefused(string name, string? value, string fault)
    {
        var claims = _tested.Domain.Claims(Workload);
        if (value is null) claims.Remove(name);
        else claims[name] = JsonNode.Parse(value);

        Assert.That(await _tested.FaultOf(_tested.Domain.Sign(_tested.Domain.Header(), claims)), Does.Contain(fault));
    }

    [Test]
    public async Task Token_OfOurOwnMaking_IsNoEvidence()
    {
        var accessToken = _tested.Domain.Header();
        accessToken["typ"] = "at+jwt";
        var idToken = _tested.Domain.Claims("user-42");
        idToken["iss"] = "https://login.example";

        Assert.That(await _tested.FaultOf(_tested.Domain.Sign(accessToken, _tested.Domain.Claims(Workload))), Does.Contain("its type"));
        Assert.That(await _tested.FaultOf(_tested.Domain.Sign(_tested.Domain.Header(), idToken)), Does.Contain(NotSubject));
    }
}
