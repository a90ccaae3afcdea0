using CredBroker.Attestation;
using CredBroker.Server.Attestation.Oidc;
using CredBroker.Server.Hosting;
using CredBroker.Server.KeySets;
using CredBroker.Testing.Attestation;
using CredBroker.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tests.Attestation.Oidc;

[TestFixture, Category("Unit")]
public sealed class OidcOptionsTests
{
    private const string First = "Attestation:Oidc:Issuers:0";

    [TestCase("github", "https://token.actions.githubusercontent.com", true, 1)]
    [TestCase("gitlab", "https://gitlab.com", true, 1)]
    [TestCase("google", "https://accounts.google.com", false, 1)]
    public void Read_PresetAlone_SetsTheRest(string preset, string issuer, bool singleUse, int hours)
    {
        var read = Read((First + ":Preset", preset)).Issuers.Single();

        Assert.That((read.EffectiveName, read.EffectiveIssuer, read.IsSingleUse, read.EffectiveMaxLifetime, read.EffectiveAudiences.Single()),
            Is.EqualTo((preset, issuer, singleUse, TimeSpan.FromHours(hours), "credbroker")));
    }

    [Test]
    public void Read_AnyIssuer_IsGoodOnceAndForAnHour()
    {
        var read = Read((First + ":Name", "acme-ci"), (First + ":Issuer", "https://ci.acme.test/"), (First + ":Audiences:0", "broker")).Issuers.Single();

        Assert.That((read.EffectiveName, read.EffectiveIssuer, read.IsSingleUse, read.EffectiveMaxLifetime, read.EffectiveAudiences.Single()),
            Is.EqualTo(("acme-ci", "https://ci.acme.test/", true, TimeSpan.FromHours(1), "broker")));
    }

    [TestCase("Preset", "circleci", "Issuers:0:Preset must be one of github, gitlab, google, azure, or not set.")]
    [TestCase("Preset", "azure", "Issuers:0:Issuer must be an https address")]
    [TestCase("Name", "Acme", "Issuers:0:Name must be 1 to 63 of a-z, 0-9 and -.")]
    [TestCase("Name", "a/b", "Issuers:0:Name must be 1 to 63")]
    [TestCase("Issuer", "http://ci.acme.test", "Issuers:0:Issuer must be an https address")]
    [TestCase("Issuer", "https://ci.acme.test#x", "Issuers:0:Issuer must be an https address")]
    [TestCase("JwksUri", "http://ci.acme.test/keys", "Issuers:0:JwksUri must be an https address")]
    [TestCase("CaFile", "no-such-file.pem", "Issuers:0:CaFile names no file")]
    [TestCase("Audiences:0", " ", "Issuers:0:Audiences:0 is empty.")]
    [TestCase("Claims:0", "a:b", "Issuers:0:Claims:0 must be the name of a claim")]
    [TestCase("MaxLifetime", "1.00:00:01", "Issuers:0:MaxLifetime must be from 00:01:00 to 1.00:00:00.")]
    [TestCase("MaxLifetime", "00:00:59", "Issuers:0:MaxLifetime must be")]
    [TestCase("Audience", "x", "Issuers:0:Audience is not a setting")]
    public void Read_WrongSetting_RefusedByName(string name, string value, string message) => Assert.That(
        () => Read((First + ":Preset", "github"), ($"{First}:{name}", value)), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(message));

    [TestCase("Attestation:Oidc:ClockSkew", "00:00:31", "ClockSkew must be from 00:00:00 to 00:00:30.")]
    [TestCase("Attestation:Oidc:LastGoodFor", "00:00:59", "LastGoodFor must be from 00:01:00 to 7.00:00:00.")]
    [TestCase("Attestation:Oidc:Issuer", "x", "Attestation:Oidc:Issuer is not a setting")]
    public void Read_WrongCommonSetting_RefusedByName(string name, string value, string message) =>
        Assert.That(() => Read((name, value)), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(message));

    [TestCase("Issuer", "https://github.acme.test", "another issuer has the same name, github")]
    [TestCase("Name", "second", "its issuer stands there twice")]
    public void Read_TwoOfOneNameOrIssuer_Refused(string name, string value, string message) => Assert.That(
        () => Read((First + ":Preset", "github"), ("Attestation:Oidc:Issuers:1:Preset", "github"), ($"Attestation:Oidc:Issuers:1:{name}", value)),
        Throws.TypeOf<OptionsValidationException>().With.Message.Contains(message));

    [TestCase("https://broker.acme.test")]
    [TestCase("https://BROKER.acme.test/")]
    public void TrustedIssuers_TheBrokerItself_StopsTheStart(string issuer)
    {
        var options = new OidcOptions { Issuers = { new OidcIssuerOptions { Name = "own", Issuer = issuer } } };
        using var keyrings = new Keyrings(TimeProvider.System, new FakeLogger<Keyring>());

        Assert.That(
            () => new TrustedIssuers(
                Options.Create(options), Options.Create(new TokenOptions { Issuer = "https://broker.acme.test" }), keyrings, TimeProvider.System),
            Throws.TypeOf<StartRefusedException>());
    }

    private static OidcOptions Read(params (string Name, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IReplayMemory, MemoryReplays>();
        services.AddOidcAttestor(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.GroupBy(setting => setting.Name).ToDictionary(same => same.Key, same => (string?)same.Last().Value)).Build());
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<OidcOptions>>().Value;
    }
}
