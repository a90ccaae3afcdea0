using CredBroker.Server.Hosting;
using CredBroker.Testing.Broker;
using DevIssuer;

namespace CredBroker.Server.Tests.Hosting;

/// <summary>What is good enough for development stops a start in production, each with one line that says what to do.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ProductionStartTests : IDisposable
{
    private readonly BrokerSite _site = new("127.0.0.1:1");

    public ProductionStartTests()
    {
        using var tls = new TestCertificate(_site);
        tls.Configure();
        _site.Settings["Tokens:Issuer"] = "https://credbroker.acme.test";
    }

    public void Dispose() => _site.Dispose();

    [Test]
    public async Task Build_NothingOfDevelopment_Built() => Assert.That(await FaultsAsync(), Is.Empty);

    [Test]
    public async Task Build_TrustDomainOfDevIssuer_Refused()
    {
        using var domain = DevTrustDomain.Create("acme.test", _site.FileOf("dev"));
        _site.Settings["Attestation:SpiffeJwt:TrustDomains:0:BundleFile"] = Path.Combine(_site.FileOf("dev"), "bundle.json");

        await AssertOneAsync("Attestation:SpiffeJwt:TrustDomains:0:BundleFile", "Name the bundle of your SPIFFE server.");
    }

    [Test]
    public async Task Build_DataFolderOfDevelopment_Refused()
    {
        _ = new DataFolder(_site.DataFolder);
        File.WriteAllText(Path.Combine(_site.DataFolder, "operators.json"), "{}");

        await AssertOneAsync("Data:Path", "Give production a folder of its own.");
    }

    [TestCase("SecretIdFile", "AppRole"), TestCase("TokenFile", "TokenFile")]
    public async Task Build_SecretOfVaultThatOthersCanRead_Refused(string setting, string login)
    {
        var file = _site.FileOf("secret");
        File.WriteAllText(file, "secret");
        ScratchFolder.SetMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        _site.Settings["Backends:Vault:Clusters:0:Name"] = "main";
        _site.Settings["Backends:Vault:Clusters:0:Address"] = "https://vault.acme.test";
        _site.Settings["Backends:Vault:Clusters:0:Login"] = login;
        _site.Settings[$"Backends:Vault:Clusters:0:{setting}"] = file;
        if (login == "AppRole") _site.Settings["Backends:Vault:Clusters:0:RoleId"] = "broker";

        await AssertOneAsync($"Backends:Vault:Clusters:0:{setting}", $"chmod 600 {file}");
    }

    [TestCase("Listen:Grpc"), TestCase("Listen:Http")]
    public async Task Build_PlainTextOffLoopback_Refused(string setting)
    {
        _site.Settings[setting] = "http://0.0.0.0:0";

        await AssertOneAsync(setting, "use Listen:Https for other machines.");
    }

    [Test]
    public async Task Build_PrivateKeyThatOthersCanRead_Refused()
    {
        var key = _site.Settings["Listen:PrivateKeyFile"];
        ScratchFolder.SetMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        await AssertOneAsync(key, $"chmod 600 {key}");
    }

    [Test]
    public async Task Build_LimitThatIsNone_Refused()
    {
        _site.Settings["Limits:Connections"] = "many";

        await AssertOneAsync("Limits:Connections", "many");
    }

    private async Task AssertOneAsync(string about, string what)
    {
        var faults = await FaultsAsync();

        Assert.That(faults, Has.Count.EqualTo(1), string.Join('\n', faults));
        Assert.That(faults[0], Does.Contain(about).And.Contain(what));
    }

    private async Task<IReadOnlyList<string>> FaultsAsync()
    {
        try
        {
            await using var built = BrokerHost.Build(_site.Arguments);
            return [];
        }
        catch (Exception fault) when (StartFaults.Describe(fault) is { } lines)
        {
            return lines;
        }
    }
}
