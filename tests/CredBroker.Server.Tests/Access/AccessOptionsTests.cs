using CredBroker.Server.Access;
using CredBroker.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tests.Access;

[TestFixture, Category("Unit")]
public sealed class AccessOptionsTests
{
    private static readonly Dictionary<string, string?> Good = new()
    {
        ["Access:Issuers:0:Issuer"] = "https://login.acme.test",
        ["Access:Issuers:0:Audience"] = "credbroker",
        ["Access:Bindings:0:Principal"] = "alice",
        ["Access:Bindings:0:Role"] = "platform-admin",
        ["Access:Bindings:0:Tenant"] = "*",
    };

    [Test]
    public void Read_GoodSettings_Bound()
    {
        var options = Read(Good);

        Assert.Multiple(() =>
        {
            Assert.That(options.Issuers.Single().PrincipalClaim, Is.EqualTo("sub"));
            Assert.That(options.BindingsOf(options.Issuers[0]).Single(), Is.EqualTo(new RoleBinding("alice", OperatorRole.PlatformAdmin, "*")));
        });
    }

    [Test]
    public void Read_Nothing_IsFine() => Assert.That(Read([]).Issuers, Is.Empty);

    [TestCase("Access:Issuers:0:Issuer", "http://login.acme.test", "Access:Issuers:0:Issuer must be an https address")]
    [TestCase("Access:Issuers:0:Issuer", "https://login.acme.test?x=1", "Access:Issuers:0:Issuer must be an https address")]
    [TestCase("Access:Issuers:0:Issuer", "login", "Access:Issuers:0:Issuer must be an https address")]
    [TestCase("Access:Issuers:0:Audience", " ", "Access:Issuers:0:Audience is missing")]
    [TestCase("Access:Issuers:0:JwksUri", "http://login.acme.test/keys", "Access:Issuers:0:JwksUri must be an https address")]
    [TestCase("Access:Issuers:0:PrincipalClaim", "", "Access:Issuers:0:PrincipalClaim must name")]
    [TestCase("Access:Issuers:0:Audiences", "x", "Access:Issuers:0:Audiences is not a setting")]
    [TestCase("Access:Issuers:1:Issuer", "https://login.acme.test", "Access:Issuers:1:Issuer stands there twice")]
    [TestCase("Access:Bindings:0:Principal", "", "Access:Bindings:0:Principal is missing")]
    [TestCase("Access:Bindings:0:Role", "admin", "Access:Bindings:0:Role must be one of viewer, responder, approver, platform-admin")]
    [TestCase("Access:Bindings:0:Role", "Viewer", "Access:Bindings:0:Role must be one of")]
    [TestCase("Access:Bindings:0:Role", "3", "Access:Bindings:0:Role must be one of")]
    [TestCase("Access:Bindings:0:Tenant", "", "Access:Bindings:0:Tenant is missing")]
    [TestCase("Access:Bindings:0:Tenant", "pay*", "Access:Bindings:0:Tenant must be one tenant's exact name or *")]
    [TestCase("Access:Bindings:0:Issuer", "https://other.acme.test", "Access:Bindings:0:Issuer is none of")]
    [TestCase("Access:Bindings:0:Tenants", "x", "Access:Bindings:0:Tenants is not a setting")]
    [TestCase("Access:ClockSkew", "00:00:31", "Access:ClockSkew must be")]
    [TestCase("Access:Binding", "x", "Access:Binding is not a setting")]
    public void Read_WrongSetting_RefusedByName(string name, string value, string message) => Assert.That(
        () => Read(new Dictionary<string, string?>(Good) { [name] = value }),
        Throws.TypeOf<OptionsValidationException>().With.Message.Contains(message));

    [Test]
    public void Read_BindingsWithoutIssuer_Refused() => Assert.That(
        () => Read(Good.Where(setting => setting.Key.Contains("Bindings", StringComparison.Ordinal)).ToDictionary()),
        Throws.TypeOf<OptionsValidationException>().With.Message.Contains("Access:Bindings needs Access:Issuers"));

    [Test]
    public void Read_SeveralIssuers_PrincipalNeedsItsIssuer()
    {
        var two = new Dictionary<string, string?>(Good)
        {
            ["Access:Issuers:1:Issuer"] = "https://other.acme.test",
            ["Access:Issuers:1:Audience"] = "credbroker",
        };
        Assert.That(() => Read(two), Throws.TypeOf<OptionsValidationException>().With.Message.Contains("Access:Bindings:0:Issuer is missing"));

        two["Access:Bindings:0:Issuer"] = "https://login.acme.test";
        var options = Read(two);
        Assert.Multiple(() =>
        {
            Assert.That(options.BindingsOf(options.Issuers[0]), Has.Count.EqualTo(1));
            Assert.That(options.BindingsOf(options.Issuers[1]), Is.Empty, "The same name at another issuer is another person.");
        });
    }

    private static AccessOptions Read(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        using var services = new ServiceCollection()
            .AddSettings<AccessOptions>(configuration, AccessOptions.SectionName, options => options.Faults()).BuildServiceProvider();
        return services.GetRequiredService<IOptions<AccessOptions>>().Value;
    }
}
