using System.Text.Json.Nodes;

namespace CredBroker.Conformance.Attestation;

/// <summary>Every boundary is asked a second before, on, and a second after it.</summary>
public abstract class JwtTimesConformance(IJwtAttestorForm form) : JwtAttestorConformance(form)
{
    private const string TooLong = "it lives longer than this server accepts";

    [TestCase(30, -29, true)]
    [TestCase(30, -30, false)]
    [TestCase(30, -31, false)]
    [TestCase(0, 1, true)]
    [TestCase(0, 0, false)]
    [TestCase(0, -1, false)]
    public Task AttestAsync_Expiry_IsBoundByTheSkew(int skew, int secondsFromNow, bool accepted) =>
        Check(skew, accepted, "it is expired", claims => (claims["iat"], claims["nbf"], claims["exp"]) = (At(-300), At(-300), At(secondsFromNow)));

    [TestCase(30, 29, true)]
    [TestCase(30, 30, true)]
    [TestCase(30, 31, false)]
    [TestCase(0, 0, true)]
    [TestCase(0, 1, false)]
    public Task AttestAsync_NotBefore_IsBoundByTheSkew(int skew, int secondsFromNow, bool accepted) =>
        Check(skew, accepted, "it is not valid yet", claims => claims["nbf"] = At(secondsFromNow));

    [TestCase(30, 29, true)]
    [TestCase(30, 30, true)]
    [TestCase(30, 31, false)]
    [TestCase(0, 0, true)]
    [TestCase(0, 1, false)]
    public Task AttestAsync_IssuedAt_IsBoundByTheSkew(int skew, int secondsFromNow, bool accepted) =>
        Check(skew, accepted, "it was issued in the future", claims => claims["iat"] = At(secondsFromNow));

    [TestCase(3599, true)]
    [TestCase(3600, true)]
    [TestCase(3601, false)]
    public Task AttestAsync_Lifetime_IsBound(int seconds, bool accepted) =>
        Check(30, accepted, TooLong, claims => (claims["iat"], claims["exp"]) = (At(-60), At(seconds - 60)));

    [TestCase("iat")]
    [TestCase("nbf")]
    public Task AttestAsync_EndsBeforeItBegins_IsRefused(string begin) =>
        Check(30, false, "it ends before it begins", claims => (claims[begin], claims["exp"]) = (At(-10), At(-10)));

    [Test]
    public async Task AttestAsync_YearLongEvidence_IsRefusedEvenAtItsEnd() =>
        await Check(30, false, TooLong, claims => (claims["iat"], claims["exp"]) = (At(-365 * 86400), At(60)));

    private long At(int secondsFromNow) => Tested.Time.GetUtcNow().ToUnixTimeSeconds() + secondsFromNow;

    private async Task Check(int skew, bool accepted, string fault, Action<JsonObject> change)
    {
        await RestartAsync(TimeSpan.FromSeconds(skew));
        var claims = Tested.Claims();
        change(claims);
        var evidence = Sign(Tested.Header(), claims);

        if (accepted) Assert.That((await AttestAsync(evidence)).Subject, Is.EqualTo(Tested.Subject));
        else Assert.That(await FaultOf(evidence), Does.Contain(fault));
    }
}
