using System.Text.Json.Nodes;

namespace CredBroker.Server.Tests.Attestation.SpiffeJwt;

/// <summary>Every boundary is asked a second before, on, and a second after it.</summary>
[Category("Unit")]
public sealed class SvidTimesTests
{
    private const string Workload = AttestorUnderTest.Workload;

    [TestCase(30, -29, true)]
    [TestCase(30, -30, false)]
    [TestCase(30, -31, false)]
    [TestCase(0, 1, true)]
    [TestCase(0, 0, false)]
    [TestCase(0, -1, false)]
    public Task AttestAsync_Expiry_IsBoundByTheSkew(int skew, int secondsFromNow, bool accepted) =>
        Check(skew, accepted, "it is expired", claims => (claims["iat"], claims["exp"]) = (At(-300), At(secondsFromNow)));

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
    public async Task AttestAsync_Lifetime_IsBoundWithAndWithoutIssuedAt(int seconds, bool accepted)
    {
        const string Fault = "it lives longer than this server accepts";
        await Check(30, accepted, Fault, claims => (claims["iat"], claims["exp"]) = (At(-60), At(seconds - 60)));
        await Check(30, accepted, Fault, claims =>
        {
            claims.Remove("iat");
            claims["exp"] = At(seconds);
        });
    }

    [TestCase("iat")]
    [TestCase("nbf")]
    public Task AttestAsync_EndsBeforeItBegins_IsRefused(string begin) =>
        Check(30, false, "it ends before it begins", claims => (claims[begin], claims["exp"]) = (At(-10), At(-10)));

    [Test]
    public async Task AttestAsync_YearLongSvid_IsRefusedEvenAtItsEnd() =>
        await Check(30, false, "it lives longer than this server accepts", claims => (claims["iat"], claims["exp"]) = (At(-365 * 86400), At(60)));

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static long At(int secondsFromNow) => Now.ToUnixTimeSeconds() + secondsFromNow;

    private static async Task Check(int skew, bool accepted, string fault, Action<JsonObject> change)
    {
        using var tested = AttestorUnderTest.Started(options => options.ClockSkew = TimeSpan.FromSeconds(skew));
        Assert.That(tested.Time.GetUtcNow(), Is.EqualTo(Now));
        var claims = tested.Domain.Claims(Workload);
        change(claims);
        var svid = tested.Domain.Sign(tested.Domain.Header(), claims);

        if (accepted) Assert.That((await tested.AttestAsync(svid)).Subject, Is.EqualTo(Workload));
        else Assert.That(await tested.FaultOf(svid), Does.Contain(fault));
    }
}
