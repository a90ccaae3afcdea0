using CredBroker.Server.Attestation;

namespace CredBroker.Server.Tests.Attestation;

[Category("Unit")]
public sealed class SpiffeIdTests
{
    [TestCase("spiffe://acme.test/agent/x", "acme.test", "/agent/x")]
    [TestCase("spiffe://a/b", "a", "/b")]
    [TestCase("spiffe://a-b_c.9/A.b-C_9/...x", null, null)]
    [TestCase("spiffe://a-b_c.9/A.b-C_9/.x", "a-b_c.9", "/A.b-C_9/.x")]
    [TestCase("", null, null)]
    [TestCase("spiffe://acme.test", null, null)]
    [TestCase("spiffe://acme.test/", null, null)]
    [TestCase("spiffe://acme.test//x", null, null)]
    [TestCase("spiffe://acme.test/x/", null, null)]
    [TestCase("spiffe://acme.test/./x", null, null)]
    [TestCase("spiffe://acme.test/a/../x", null, null)]
    [TestCase("spiffe://acme.test/%78", null, null)]
    [TestCase("spiffe://acme.test/x?y", null, null)]
    [TestCase("spiffe://acme.test/x#y", null, null)]
    [TestCase("spiffe://acme.test/x y", null, null)]
    [TestCase("spiffe://acme.test/x\n", null, null)]
    [TestCase("spiffe://acme.test/agént", null, null)]
    [TestCase("spiffe://аcme.test/x", null, null)] // the first letter is Cyrillic
    [TestCase("spiffe://acme.test:8443/x", null, null)]
    [TestCase("spiffe://user@acme.test/x", null, null)]
    [TestCase("spiffe://ACME.test/x", null, null)]
    [TestCase("spiffe:///x", null, null)]
    [TestCase("SPIFFE://acme.test/x", null, null)]
    [TestCase("https://acme.test/x", null, null)]
    [TestCase(" spiffe://acme.test/x", null, null)]
    public void TryParse_Text_TakesOnlyWellFormedWorkloadIds(string text, string? trustDomain, string? path)
    {
        var good = SpiffeId.TryParse(text, out var id);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(good, Is.EqualTo(trustDomain is not null));
            Assert.That(id?.TrustDomain, Is.EqualTo(trustDomain));
            Assert.That(id?.Path, Is.EqualTo(path));
        }
    }

    [TestCase(2048, true)]
    [TestCase(2049, false)]
    public void TryParse_Length_EndsAt2048(int length, bool good)
    {
        const string Start = "spiffe://acme.test/";

        Assert.That(SpiffeId.TryParse(Start + new string('x', length - Start.Length), out _), Is.EqualTo(good));
    }

    [TestCase(255, true)]
    [TestCase(256, false)]
    public void TryParse_TrustDomainLength_EndsAt255(int length, bool good) =>
        Assert.That(SpiffeId.TryParse($"spiffe://{new string('a', length)}/x", out _), Is.EqualTo(good));
}
