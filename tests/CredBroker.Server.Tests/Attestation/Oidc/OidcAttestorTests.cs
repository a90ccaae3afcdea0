using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CredBroker.Testing.Access;

namespace CredBroker.Server.Tests.Attestation.Oidc;

[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
public sealed class OidcAttestorTests
{
    [Test]
    public async Task AttestAsync_GoodToken_ProvesTheSubjectUnderTheIssuersName()
    {
        await using var tested = await OidcUnderTest.StartAsync(issuer => issuer.Claims.Add("pipeline"));
        var token = tested.Token(claims => claims["pipeline"] = "nightly");

        var proven = await tested.AttestAsync(token);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(proven.Attestor, Is.EqualTo("oidc"));
            Assert.That(proven.Subject, Is.EqualTo("oidc://acme/repo:acme/orders:ref:refs/heads/main"));
            Assert.That(string.Join(' ', proven.Selectors), Is.EqualTo($"acme:iss:{tested.Issuer.Address} acme:pipeline:nightly"));
            Assert.That(proven.EvidenceDigest, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token)))));
            Assert.That(proven.EvidenceExpiry, Is.EqualTo(tested.Time.GetUtcNow() + TimeSpan.FromMinutes(5)));
        }
    }

    [Test]
    public async Task AttestAsync_SecondIssuer_IsVerifiedWithItsOwnKeyAndNamedByItsOwnName()
    {
        await using var tested = await OidcUnderTest.StartAsync();
        await using var other = await FakeIssuer.StartAsync(tested.Time);
        tested.Trust("other", other);
        var claims = other.Claims("x", "credbroker");
        claims["jti"] = "1";

        Assert.That((await tested.AttestAsync(other.Sign(other.Header(), claims))).Subject, Is.EqualTo("oidc://other/x"));
        Assert.That((await tested.AttestAsync(tested.Token())).Subject, Is.EqualTo(tested.Subject));
    }

    [Test]
    public async Task AttestAsync_ThumbprintInTheHeader_IsOfNoImportance()
    {
        // GitHub and Azure write one.
        await using var tested = await OidcUnderTest.StartAsync();
        var header = tested.Header();
        header["x5t"] = "abc";

        await tested.AttestAsync(tested.Issuer.Sign(header, tested.Claims()));
    }

    [TestCase("email_verified", true)]
    [TestCase("email_verified", false)]
    [TestCase("email_verified", "true")]
    public async Task Google_Email_CountsOnlyWhereItIsVerified(string name, object value)
    {
        await using var tested = await OidcUnderTest.StartAsync(issuer => issuer.Preset = "google");
        var token = tested.Token(claims => (claims["email"], claims[name]) = ("bot@acme.test", JsonValue.Create(value)));

        Assert.That((await tested.AttestAsync(token)).Selectors, value is true ? Does.Contain("acme:email:bot@acme.test") : Has.None.Contains("email"));
    }

    [Test]
    public async Task Google_MachineFacts_AreSelectors()
    {
        await using var tested = await OidcUnderTest.StartAsync(issuer => (issuer.Preset, issuer.Name) = ("google", null));
        var token = tested.Token(claims => claims["google"] = new JsonObject
        {
            ["compute_engine"] = new JsonObject { ["project_id"] = "acme-prod", ["zone"] = "europe-west1-b", ["instance_id"] = "42", ["project_number"] = 7 },
        });

        Assert.That((await tested.AttestAsync(token)).Selectors,
            Is.SupersetOf(new[] { "google:project_id:acme-prod", "google:zone:europe-west1-b", "google:instance_id:42" }));
    }

    [TestCase("google")]
    [TestCase("azure")]
    public async Task CachedIdentityToken_OfACloud_IsGoodAgainAndVerifiedOnce(string preset)
    {
        await using var tested = await OidcUnderTest.StartAsync(issuer => issuer.Preset = preset);
        var token = tested.Token(claims => claims.Remove("jti"));

        var first = await tested.AttestAsync(token);

        Assert.That(await tested.AttestAsync(token), Is.SameAs(first));
        Assert.That(tested.Replays.Used, Is.Empty);
    }

    [Test]
    public async Task GitHub_JobFacts_AreSelectors()
    {
        await using var tested = await OidcUnderTest.StartAsync(issuer => (issuer.Preset, issuer.Name) = ("github", null));
        var token = tested.Token(claims =>
        {
            claims["repository"] = "acme/orders";
            claims["repository_id"] = "74";
            claims["repository_owner_id"] = "65";
            claims["job_workflow_ref"] = "acme/workflows/.github/workflows/deploy.yml@refs/heads/main";
            claims["environment"] = "";
            claims["run_id"] = "9";
        });

        var proven = await tested.AttestAsync(token);

        Assert.That(proven.Subject, Is.EqualTo("oidc://github/repo:acme/orders:ref:refs/heads/main"));
        Assert.That(proven.Selectors.Skip(1), Is.EqualTo(new[]
        {
            "github:repository:acme/orders", "github:repository_id:74", "github:repository_owner_id:65",
            "github:job_workflow_ref:acme/workflows/.github/workflows/deploy.yml@refs/heads/main",
        }));
    }

    [Test]
    public async Task GitLab_ProjectFacts_AreSelectors()
    {
        await using var tested = await OidcUnderTest.StartAsync(issuer => (issuer.Preset, issuer.Name) = ("gitlab", null));
        var token = tested.Token(claims => (claims["project_id"], claims["ref_protected"], claims["user_email"]) = ("22", "true", "a@acme.test"));

        Assert.That((await tested.AttestAsync(token)).Selectors.Skip(1), Is.EqualTo(new[] { "gitlab:project_id:22", "gitlab:ref_protected:true" }));
    }

    [Test]
    public async Task AttestAsync_IssuerDownBeforeItsKeysWereRead_CannotTell()
    {
        await using var tested = await OidcUnderTest.StartAsync();
        tested.Issuer.IsDown = true;
        var token = tested.Token();

        var refused = await Assert.ThrowsAsync<RefusedException>(() => tested.AttestAsync(token));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));
        Assert.That(refused.Message, Is.EqualTo("The ID token cannot be verified now: the key set of its issuer has never been read."));
        Assert.That(tested.Replays.Used, Is.Empty);

        tested.Issuer.IsDown = false;
        tested.Time.Advance(TimeSpan.FromSeconds(5));
        await tested.AttestAsync(token);
    }

    [Test]
    public async Task AttestAsync_DiscoveryOfAnotherIssuer_CannotTell()
    {
        await using var tested = await OidcUnderTest.StartAsync();
        var token = tested.Token();
        tested.Issuer.Name = "https://mallory.test";

        var refused = await Assert.ThrowsAsync<RefusedException>(() => tested.AttestAsync(token));
        Assert.That(refused!.Reason, Is.EqualTo(ErrorReason.VerifierUnavailable));
    }
}
