using CredBroker.Server.Backends.Vault;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tests.Backends.Vault;

[TestFixture, Category("Unit")]
public sealed class VaultOptionsTests
{
    private const string At = "Backends:Vault:Clusters:0";

    [Test]
    public void Settings_OfEveryKindOfLogin_AreGood()
    {
        var options = Read(
            Cluster(0, "main", ("Login", "AppRole"), ("RoleId", "r"), ("SecretIdFile", "/etc/s")),
            Cluster(1, "kube", ("Login", "Kubernetes"), ("LoginRole", "credbroker")),
            Cluster(2, "jwt", ("Login", "Jwt"), ("LoginRole", "credbroker"), ("JwtFile", "/etc/j"), ("LoginMount", "jwt/spiffe")),
            Cluster(3, "agent", ("Login", "TokenFile"), ("TokenFile", "/etc/t"), ("ReconcileEvery", "01:00:00")));

        Assert.That(options.Clusters.Select(cluster => cluster.LoginMountOrDefault), Is.EqualTo(new[] { "approle", "kubernetes", "jwt/spiffe", "jwt" }));
        Assert.That(options.Clusters[1].JwtFileOrDefault, Is.EqualTo("/var/run/secrets/kubernetes.io/serviceaccount/token"));
        Assert.That(options.Clusters[3].ReconcileEvery, Is.EqualTo(TimeSpan.FromHours(1)));
    }

    [Test]
    public void Settings_None_AreGood() => Assert.That(Read().Clusters, Is.Empty);

    [TestCase("Name", "Main", "must be 1 to 63 lower-case letters")]
    [TestCase("Name", "", "must be 1 to 63 lower-case letters")]
    [TestCase("Name", "a:b", "must be 1 to 63 lower-case letters")]
    [TestCase("Address", "", "must be an https address")]
    [TestCase("Address", "http://vault.acme.test:8200", "must be an https address")]
    [TestCase("Address", "http://127.0.0.1:8200", "must be an https address")]
    [TestCase("Address", "https://vault.acme.test/v1", "must be an https address")]
    [TestCase("Address", "https://me:secret@vault.acme.test", "must be an https address")]
    [TestCase("Address", "https://vault.acme.test?x=1", "must be an https address")]
    [TestCase("Namespace", "team/", "must be a path")]
    [TestCase("Namespace", "../team", "must be a path")]
    [TestCase("CaFile", "/nowhere/ca.pem", "names no file: /nowhere/ca.pem")]
    [TestCase("TokenRole", "a b", "must be the name of a token role")]
    [TestCase("LoginMount", "/approle", "must be a path")]
    [TestCase("LoginRole", "credbroker", "is not for Login AppRole")]
    [TestCase("JwtFile", "/etc/j", "is not for Login AppRole")]
    [TestCase("TokenFile", "/etc/t", "is not for Login AppRole")]
    [TestCase("RoleId", " ", "is missing: Login AppRole needs it")]
    [TestCase("SecretIdFile", "", "is missing: Login AppRole needs it")]
    [TestCase("CallTimeout", "00:00:31", "must be from 00:00:01 to 00:00:30")]
    [TestCase("ConnectTimeout", "00:00:06", "must be from 00:00:00.1000000 to 00:00:05")]
    [TestCase("BreakFor", "00:00:00", "must be from")]
    [TestCase("CascadeTime", "00:11:00", "must be from")]
    [TestCase("ReconcileEvery", "00:00:01", "must be from")]
    [TestCase("MaxConcurrentCalls", "0", "must be from 1 to 10000")]
    [TestCase("CallsPerSecond", "-1", "must be from 0 to 100000")]
    [TestCase("FailuresBeforeBreak", "1", "must be from 2 to 1000")]
    public void Settings_Wrong_OneLineThatNamesIt(string name, string value, string fault) =>
        Assert.That(FaultsOf(isDevelopment: false, Good((name, value))), Is.EqualTo(new[] { $"{At}:{name} {fault}" }).Using<string>((actual, start) => actual.StartsWith(start, StringComparison.Ordinal)));

    [Test]
    public void Settings_NoLogin_OneLine() => Assert.That(
        FaultsOf(isDevelopment: false, Cluster(0, "main")), Is.EqualTo(new[] { $"{At}:Login must be AppRole, Kubernetes, Jwt or TokenFile." }));

    [Test]
    public void Settings_UnknownName_IsRefused() => Assert.That(
        FaultsOf(isDevelopment: false, Good(("SecretId", "x"))).Single(), Does.StartWith($"{At}:SecretId is not a setting."));

    [Test]
    public void Settings_TwoOfOneName_AreRefused() => Assert.That(
        FaultsOf(isDevelopment: false, Good(), Cluster(1, "main", ("Login", "TokenFile"), ("TokenFile", "/t"))),
        Is.EqualTo(new[] { "Backends:Vault:Clusters:1:Name names main a second time." }));

    [Test]
    public void Settings_PlainHttpOnThisMachine_IsGoodInDevelopmentAlone()
    {
        Assert.That(FaultsOf(isDevelopment: true, Good(("Address", "http://127.0.0.1:8200"))), Is.Empty);
        Assert.That(FaultsOf(isDevelopment: true, Good(("Address", "http://vault.acme.test:8200"))), Has.Length.EqualTo(1));
    }

    private static (string, string)[] Good(params (string Name, string Value)[] changes) => Cluster(
        0, "main", [("Login", "AppRole"), ("RoleId", "r"), ("SecretIdFile", "/etc/s"), .. changes]);

    private static (string, string)[] Cluster(int index, string name, params (string Name, string Value)[] settings) =>
    [
        ($"Backends:Vault:Clusters:{index}:Name", name),
        ($"Backends:Vault:Clusters:{index}:Address", "https://vault.acme.test:8200"),
        .. settings.Select(setting => ($"Backends:Vault:Clusters:{index}:{setting.Name}", setting.Value)),
    ];

    private static VaultOptions Read(params (string, string)[][] clusters) => Bind(isDevelopment: false, clusters).Value;

    private static string[] FaultsOf(bool isDevelopment, params (string, string)[][] clusters)
    {
        try
        {
            _ = Bind(isDevelopment, clusters).Value;
            return [];
        }
        catch (OptionsValidationException refused)
        {
            return [.. refused.Failures];
        }
    }

    private static IOptions<VaultOptions> Bind(bool isDevelopment, (string Key, string Value)[][] clusters)
    {
        var settings = new Dictionary<string, string?>();
        foreach (var (key, value) in clusters.SelectMany(cluster => cluster)) settings[key] = value;
        var services = new ServiceCollection();
        services.AddVaultBackend(
            new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
            new HostingEnvironment { EnvironmentName = isDevelopment ? "Development" : "Production" });
        return services.BuildServiceProvider().GetRequiredService<IOptions<VaultOptions>>();
    }
}
