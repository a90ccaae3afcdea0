using System.Text.Json.Nodes;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

/// <summary>Truly signed SVIDs whose claims are not what an SVID for this server says.</summary>
[Category("Unit")]
public sealed class ClaimAttackTests
{
    private const string Workload = AttestorUnderTest.Workload;
    private const string NotAudience = "its 'aud' is neither a string nor an array of strings";
    private const string Foreign = "it is not made for this server's audience";
    private const string NotSubject = "its subject is not a SPIFFE ID of a workload";

    private AttestorUnderTest _tested;

    [SetUp]
    public void Start() => _tested = AttestorUnderTest.Started();

    [TearDown]
    public void Stop() => _tested.Dispose();

    [TestCase("aud", null, "it has no 'aud'")]
    [TestCase("aud", "null", NotAudience)]
    [TestCase("aud", "7", NotAudience)]
    [TestCase("aud", "[]", NotAudience)]
    [TestCase("aud", "\"\"", NotAudience)]
    [TestCase("aud", "[\"credbroker\",7]", NotAudience)]
    [TestCase("aud", "[[\"credbroker\"]]", NotAudience)]
    [TestCase("aud", "{\"credbroker\":1}", NotAudience)]
    [TestCase("aud", "\"elsewhere\"", Foreign)]
    [TestCase("aud", "\"credbroker/\"", Foreign)]
    [TestCase("aud", "\"CredBroker\"", Foreign)]
    [TestCase("aud", "\"credbroker2\"", Foreign)]
    [TestCase("aud", "\"credbroke\"", Foreign)]
    [TestCase("aud", "\" credbroker\"", Foreign)]
    [TestCase("aud", "\"credbrok\\u0435r\"", Foreign)]
    [TestCase("aud", "[\"elsewhere\",\"credbroker \"]", Foreign)]
    [TestCase("exp", null, "it has no 'exp'")]
    [TestCase("exp", "null", "its 'exp' is not a whole number")]
    [TestCase("exp", "1772366700.5", "its 'exp' is not a whole number")]
    [TestCase("exp", "1772366700.0", "its 'exp' is not a whole number")]
    [TestCase("exp", "1.7723667e9", "its 'exp' is not a whole number")]
    [TestCase("exp", "\"1772366700\"", "its 'exp' is not a whole number")]
    [TestCase("exp", "[1772366700]", "its 'exp' is not a whole number")]
    [TestCase("exp", "true", "its 'exp' is not a whole number")]
    [TestCase("exp", "-1", "its 'exp' is not a whole number")]
    [TestCase("exp", "0", "its 'exp' is not a whole number")]
    [TestCase("exp", "9223372036854775807", "its 'exp' is not a whole number")]
    [TestCase("exp", "18446744073709551617", "its 'exp' is not a whole number")]
    [TestCase("exp", "1e400", "its 'exp' is not a whole number")]
    [TestCase("exp", "253402300799", "it lives longer")]
    [TestCase("iat", "\"1\"", "its 'iat' is not a whole number")]
    [TestCase("iat", "1.5", "its 'iat' is not a whole number")]
    [TestCase("iat", "1", "it lives longer")]
    [TestCase("nbf", "null", "its 'nbf' is not a whole number")]
    [TestCase("nbf", "253402300799", "it is not valid yet")]
    [TestCase("iss", "[\"spiffe://acme.test\"]", "its 'iss' is not a string")]
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

    [TestCase("""{"sub":"SUB","aud":"credbroker","exp":EXP,"sub":"SUB"}""")]
    [TestCase("""{"sub":"SUB","aud":"credbroker","exp":EXP,"\u0073ub":"spiffe://acme.test/admin"}""")]
    [TestCase("""{"sub":"SUB","aud":"credbroker","exp":EXP,"x":{"y":1,"y":2}}""")]
    [TestCase("""[{"sub":"SUB","aud":"credbroker","exp":EXP}]""")]
    [TestCase("""{"sub":"SUB","aud":"credbroker","exp":EXP} x""")]
    [TestCase("""{"sub":"SUB","aud":"credbroker","exp":EXP,"x":"\udc00"}""")]
    [TestCase("\"SUB\"")]
    public async Task Claims_NotOnePlainObject_AreRefused(string template)
    {
        var claims = template.Replace("SUB", Workload, StringComparison.Ordinal)
            .Replace("EXP", (_tested.Time.GetUtcNow().ToUnixTimeSeconds() + 60).ToString(provider: null), StringComparison.Ordinal);
        var svid = CredBroker.Testing.Attestation.TestJws.Sign(_tested.Domain.Header().ToJsonString(), claims, _tested.Domain.Key);

        Assert.That(await _tested.FaultOf(svid), Does.Contain("its claims are not one plain JSON object"));
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
        Assert.That(await _tested.FaultOf("cbt_tsk_00.c2VjcmV0"), Does.Contain("it is not three parts"));
    }

    [Test]
    public async Task Refusal_SaysNothingOfTheEvidence()
    {
        var claims = _tested.Domain.Claims(Workload);
        var svid = _tested.Domain.Sign(_tested.Domain.Header(), claims);
        var forged = svid[..^4] + (svid.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBA" : "AAAA");

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _tested.AttestAsync(forged));

        // The inner exception goes into the log, so it must be as silent.
        var told = refused!.ToString();
        foreach (var part in forged.Split('.')) Assert.That(told, Does.Not.Contain(part));
        Assert.That(told, Does.Not.Contain(Workload));
    }
}
