using CredBroker.Server.Hosting;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Hosting;

/// <summary>What cannot start says so to the person who started it: one line for each fault, and no trace of how the program is made.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.All)]
internal sealed class StartupTests
{
    private const string Prefix = "credbroker cannot start: ";
    private RedisServerProcess _redis = null!;

    [OneTimeSetUp]
    public async Task FindRedisAsync() => _redis = await SharedBroker.GetRedisAsync();

    [TestCase("Templates:Path", "", "Templates:Path is missing")]
    [TestCase("Templates:PollInterval", "00:00:00", "Templates:PollInterval must be")]
    [TestCase("Templates:PollInterval", "soon", "Templates:PollInterval")]
    [TestCase("Templates:Pth", "x", "Templates:Pth")]
    [TestCase("Policies:Path", "", "Policies:Path is missing")]
    [TestCase("Policies:Path", "/nowhere/at/all", "/nowhere/at/all", 2)]
    [TestCase("Policies:PollInterval", "00:00:00", "Policies:PollInterval must be")]
    [TestCase("Policies:Pth", "x", "Policies:Pth")]
    [TestCase("Listen:Grpc", "nonsense", "Listen:Grpc must look like")]
    [TestCase("Listen:Grpc", "http://localhost:0", "Listen:Grpc must look like")]
    [TestCase("Listen:Grpc", "https://127.0.0.1:0", "Listen:Grpc must look like")]
    [TestCase("Listen:Grpc", "http://127.0.0.1:0/path", "Listen:Grpc must look like")]
    [TestCase("Listen:Grpc", "http://0.0.0.0:0", "Listen:Grpc is plain text")]
    [TestCase("Listen:Http", "http://[::]:0", "Listen:Http is plain text")]
    [TestCase("Listen:Https", "https://127.0.0.1:0", "Listen:CertificateFile")]
    [TestCase("Listen:Https", "http://127.0.0.1:0", "Listen:Https must look like", 2)]
    [TestCase("Listen:DrainDelay", "soon", "Listen:DrainDelay")]
    [TestCase("Listen:DrainDelay", "01:00:00", "Listen:DrainDelay must be")]
    [TestCase("Limits:Connections", "0", "Limits:Connections must be")]
    [TestCase("Limits:CallDeadline", "00:00:05", "Limits:CallDeadline must be")]
    [TestCase("Limits:PerTenant", "5", "Limits:PerTenant is not a setting")]
    [TestCase("Data:Pth", "x", "Data:Pth is not a setting")]
    [TestCase("Storage:Rediss:ConnectionString", "127.0.0.1:1", "Storage:Rediss is not a setting")]
    [TestCase("Lisen:Grpc", "http://127.0.0.1:0", "Lisen is not a setting")]
    [TestCase("Attestation:SpifeJwt:Audiences:0", "x", "Attestation:SpifeJwt is not a setting")]
    [TestCase("Data:Path", " ", "Data:Path")]
    [TestCase("Storage:Redis:Conection", "x", "Storage:Redis:Conection is not a setting")]
    [TestCase("Storage:Redis:CallTimeout", "soon", "Storage:Redis:CallTimeout")]
    [TestCase("Storage:Redis:CallTimeout", "01:00:00", "Storage:Redis:CallTimeout must be")]
    [TestCase("Storage:Redis:FeedLength", "1", "Storage:Redis:FeedLength must be")]
    [TestCase("Storage:Redis:ConnectionString", "127.0.0.1:1,password=geheim,nonsense=5", "Storage:Redis:ConnectionString")]
    [TestCase("Storage:Redis:ConnectionString", "127.0.0.1:1,nonsense=5", "Storage:Redis:ConnectionString")]
    [TestCase("Storage:Redis:ConnectionString", "127.0.0.1:1,connectTimeout=soon", "Storage:Redis:ConnectionString")]
    [TestCase("Audit:Off", "true", "Audit:Off is not a setting")]
    [TestCase("Audit:Path", "relative", "Audit:Path must be")]
    [TestCase("Audit:Path", "/dev/null/audit", "The folder /dev/null/audit cannot be used")]
    [TestCase("Audit:MaxFileBytes", "many", "Audit:MaxFileBytes")]
    [TestCase("Tokens:Isuer", "https://x", "Tokens:Isuer is not a setting")]
    [TestCase("Tokens:Issuer", "ftp://x", "Tokens:Issuer must be")]
    [TestCase("Attestation:SpiffeJwt:Audience", "x", "Attestation:SpiffeJwt:Audience is not a setting")]
    [TestCase("Attestation:SpiffeJwt:TrustDomains:0:Bundle", "x", "Attestation:SpiffeJwt:TrustDomains:0:Bundle is not a setting")]
    [TestCase("Attestation:SpiffeJwt:ClockSkew", "00:05:00", "Attestation:SpiffeJwt:ClockSkew")]
    [TestCase("Attestation:SpiffeJwt:ClockSkew", "soon", "Attestation:SpiffeJwt:ClockSkew")]
    [TestCase("Revocation:RatePerBackend", "many", "Revocation:RatePerBackend")]
    [TestCase("Revocation:RatePerBackend", "0", "Revocation:RatePerBackend must be")]
    [TestCase("Revocation:Rate", "5", "Revocation:Rate is not a setting")]
    [TestCase("Telemetry:Prometheus:Listen", "http://localhost:9464", "Telemetry:Prometheus:Listen must look like")]
    [TestCase("Telemetry:Otlp:SampleRatio", "many", "Telemetry:Otlp:SampleRatio")]
    [TestCase("Telemetry:Otlp:Endpoint", "nonsense", "Telemetry:Otlp:Endpoint must look like")]
    [TestCase("Telemetry:Otpl:Endpoint", "http://127.0.0.1:4317", "Telemetry:Otpl is not a setting")]
    [TestCase("Backends:Vault:Cluster", "x", "Backends:Vault:Cluster is not a setting")]
    public async Task Start_OneWrongSetting_OneClearLine(string setting, string value, string expected, int lines = 1)
    {
        using var site = new BrokerSite(_redis.ConnectionString);
        site.Settings[setting] = value;

        AssertClear(await FaultsAsync(site), expected, lines);
    }

    [TestCase("Listen:Grcp", "http://127.0.0.1:0", "Listen:Grcp is not a setting")]
    [TestCase("Templates:Path", "/nowhere/at/all", "/nowhere/at/all", 2)]
    [TestCase("Storage:Redis:ConnectionString", "127.0.0.1:1", "Storage:Redis does not answer")]
    public async Task Start_OneWrongSetting_ToldOnStandardError(string setting, string value, string expected, int lines = 1)
    {
        using var site = new BrokerSite(_redis.ConnectionString);
        site.Settings[setting] = value;

        await AssertRefusedAsync(site, expected, lines);
    }

    [Test]
    public async Task Start_SeveralWrongSettings_ALineForEach()
    {
        using var site = new BrokerSite(_redis.ConnectionString);
        site.Settings["Revocation:RatePerBackend"] = "0";
        site.Settings["Templates:Pth"] = "x";
        site.Settings["Audit:Path"] = "relative";

        await AssertRefusedAsync(site, "Audit:Path", lines: 3);
    }

    [Test]
    public async Task Start_FaultyCatalogue_FileAndLine()
    {
        using var site = new BrokerSite(_redis.ConnectionString);
        await File.WriteAllTextAsync(Path.Combine(site.CatalogueFolder, "bad.yaml"), "apiVersion: credbroker/v1\nkind: Templat\n");

        await AssertRefusedAsync(site, "bad.yaml:2", lines: null);
    }

    [Test]
    public async Task Start_ProductionWithoutTls_Refused()
    {
        using var site = new BrokerSite(_redis.ConnectionString);
        site.Settings["environment"] = "Production";
        site.Settings["Tokens:Issuer"] = "https://credbroker.acme.test";
        site.Settings.Remove("Listen:Grpc");
        site.Settings.Remove("Listen:Http");

        await AssertRefusedAsync(site, "Listen:Https needs Listen:CertificateFile");
    }

    [Test]
    public async Task Start_ProductionWithoutIssuer_Refused()
    {
        using var site = new BrokerSite(_redis.ConnectionString);
        using var tls = new TestCertificate(site);
        tls.Configure();

        await AssertRefusedAsync(site, "Tokens:Issuer must be");
    }

    [Test]
    public async Task Start_PrivateKeyThatOthersCanRead_Refused()
    {
        using var site = new BrokerSite(_redis.ConnectionString);
        using var tls = new TestCertificate(site);
        tls.Configure();
        site.Settings["Tokens:Issuer"] = "https://credbroker.acme.test";
        ScratchFolder.SetMode(tls.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        await AssertRefusedAsync(site, $"chmod 600 {tls.KeyFile}");
    }

    [Test]
    public async Task Start_CertificateThatIsNone_Refused()
    {
        using var site = new BrokerSite(_redis.ConnectionString);
        using var tls = new TestCertificate(site);
        tls.Configure();
        site.Settings["Tokens:Issuer"] = "https://credbroker.acme.test";
        await File.WriteAllTextAsync(tls.CertificateFile, "not a certificate");

        await AssertRefusedAsync(site, "The TLS certificate cannot be read");
    }

    [Test]
    public async Task Start_DataFolderThatOthersCanEnter_Refused()
    {
        using var site = new BrokerSite(_redis.ConnectionString);
        Directory.CreateDirectory(site.DataFolder);
        ScratchFolder.SetMode(site.DataFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);

        await AssertRefusedAsync(site, $"chmod 700 {site.DataFolder}");
    }

    [Test]
    public async Task Start_DataFolderOfARunningBroker_Refused()
    {
        using var site = new BrokerSite(_redis.ConnectionString);
        site.Settings["Data:Path"] = (await SharedBroker.GetAsync()).Site.DataFolder;

        await AssertRefusedAsync(site, "audit");
    }

    [Test]
    public async Task Start_PortThatIsTaken_Refused()
    {
        using var site = new BrokerSite(_redis.ConnectionString);
        var taken = (await SharedBroker.GetAsync()).Site.ReadEndpoints()["grpc"];
        site.Settings["Listen:Grpc"] = taken.ToString();

        await AssertRefusedAsync(site, $"{taken.Port}");
    }

    [Test]
    public async Task Start_RedisThatEvicts_Refused()
    {
        await using var evicting = await OwnRedis.StartAsync("--maxmemory-policy", "allkeys-lru");
        using var site = new BrokerSite(evicting.ConnectionString);

        await AssertRefusedAsync(site, "set maxmemory-policy noeviction");
    }

    [Test]
    public async Task Start_RedisThatWantsAPassword_RefusedWithoutTellingOurs()
    {
        await using var guarded = await OwnRedis.StartAsync();
        await guarded.CommandAsync("CONFIG", "SET", "requirepass", "right");
        using var site = new BrokerSite(guarded.ConnectionString + ",password=wrong-and-secret");

        var error = await AssertRefusedAsync(site, "Storage:Redis");

        Assert.That(error, Does.Not.Contain("wrong-and-secret"));
    }

    [Test]
    public async Task Start_StoreWithOtherBuckets_Refused()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_redis.ConnectionString);
        await connection.GetDatabase(2).StringSetAsync("cb:{meta}:buckets", 64);
        using var site = new BrokerSite(_redis.ConnectionString + ",defaultDatabase=2");

        await AssertRefusedAsync(site, "64 buckets");
    }

    /// <summary>What keeps a broker from starting, in this process: it says the same as a process of its own and takes a tenth of the time.</summary>
    private static async Task<IReadOnlyList<string>> FaultsAsync(BrokerSite site)
    {
        try
        {
            await using var broker = BrokerHost.Build(site.Arguments, builder =>
            {
                // The files of settings would be watched for as long as the tests run.
                builder.Configuration.Sources.Clear();
                builder.Configuration.AddCommandLine(site.Arguments);
                builder.Logging.ClearProviders();
            });
            await broker.StartAsync();
            return [];
        }
        catch (Exception fault) when (StartFaults.Describe(fault) is { } lines)
        {
            return lines;
        }
    }

    private static async Task<string> AssertRefusedAsync(BrokerSite site, string expected, int? lines = 1)
    {
        var (exitCode, error) = await BrokerProcess.RunToEndAsync(site);

        var said = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(exitCode, Is.EqualTo(1), error);
        Assert.That(said, Is.All.StartsWith(Prefix), error);
        AssertClear(said, expected, lines);
        return error;
    }

    private static void AssertClear(IReadOnlyList<string> said, string expected, int? lines)
    {
        var text = string.Join('\n', said);
        Assert.Multiple(() =>
        {
            Assert.That(said, Is.Not.Empty);
            Assert.That(said, Is.All.Not.Empty);
            Assert.That(text, Does.Contain(expected));
            Assert.That(text, Does.Not.Contain("   at ").And.Not.Contain("Exception"));
            if (lines is { } count) Assert.That(said, Has.Count.EqualTo(count), text);
        });
    }
}
