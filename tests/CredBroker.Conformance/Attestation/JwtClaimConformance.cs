using System.Text.Json.Nodes;
using CredBroker.Testing.Attestation;

namespace CredBroker.Conformance.Attestation;

/// <summary>Truly signed JWTs whose claims are not what evidence for this server says.</summary>
public abstract class JwtClaimConformance(IJwtAttestorForm form) : JwtAttestorConformance(form)
{
    private const string NotAudience = "its 'aud' is neither a string nor an array of strings";
    private const string Foreign = "it is not made for this server's audience";

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
    [TestCase("iss", "[\"https://login.acme.test\"]", "its 'iss' is not a string")]
    public async Task Claim_Wrong_IsRefused(string name, string? value, string fault)
    {
        var claims = Tested.Claims();
        if (value is null) claims.Remove(name);
        else claims[name] = JsonNode.Parse(value);

        Assert.That(await FaultOf(Sign(Tested.Header(), claims)), Does.Contain(fault));
    }

    [TestCase("\"credbroker\"")]
    [TestCase("[\"credbroker\"]")]
    [TestCase("[\"elsewhere\",\"credbroker\"]")]
    public async Task Audience_OursAmongOthers_IsAccepted(string audience)
    {
        var claims = Tested.Claims();
        claims["aud"] = JsonNode.Parse(audience);

        Assert.That((await AttestAsync(Sign(Tested.Header(), claims))).Subject, Is.EqualTo(Tested.Subject));
    }

    [TestCase("BODY,\"sub\":\"x\"}")]
    [TestCase("BODY,\"\\u0073ub\":\"x\"}")]
    [TestCase("BODY,\"x\":{\"y\":1,\"y\":2}}")]
    [TestCase("[BODY}]")]
    [TestCase("BODY} x")]
    [TestCase("BODY,}")]
    [TestCase("BODY,\"x\":\"\\udc00\"}")]
    [TestCase("\"BODY\"")]
    public async Task Claims_NotOnePlainObject_AreRefused(string template)
    {
        var claims = template.Replace("BODY", Tested.Claims().ToJsonString()[..^1], StringComparison.Ordinal);

        Assert.That(await FaultOf(TestJws.Sign(Tested.Header().ToJsonString(), claims, Tested.Key)), Does.Contain("its claims are not one plain JSON object"));
    }

    [TestCase("cbt_tsk_00.c2VjcmV0")]
    [TestCase("cbo_viewer.c2VjcmV0")]
    public async Task Token_OfOurOwnMaking_IsNoEvidence(string token) => Assert.That(await FaultOf(token), Does.Contain("it is not three parts"));

    [Test]
    public async Task Refusal_SaysNothingOfTheEvidence()
    {
        var good = Good();
        var forged = good[..^4] + (good.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBA" : "AAAA");

        var refused = await Assert.ThrowsAsync<RefusedException>(() => AttestAsync(forged));

        // The inner exception goes into the log, so it must be as silent.
        var told = refused!.ToString();
        foreach (var part in forged.Split('.')) Assert.That(told, Does.Not.Contain(part));
        Assert.That(told, Does.Not.Contain(Tested.Subject));
    }

    [Test]
    public void AttestAsync_Cancelled_Throws()
    {
        var evidence = new CredBroker.Attestation.Evidence(Tested.Attestor.Name, System.Text.Encoding.ASCII.GetBytes(Good()));

        Assert.That(async () => await Tested.Attestor.AttestAsync(evidence, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }
}
