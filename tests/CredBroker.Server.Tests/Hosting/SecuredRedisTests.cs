using System.Globalization;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Stores;

namespace CredBroker.Server.Tests.Hosting;

/// <summary>A Redis behind TLS that asks for a certificate and lets a user do no more than a broker needs.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class SecuredRedisTests
{
    private const string Password = "0123456789-of-the-broker";
    private BrokerSite _site = null!;
    private TestCertificate _certificate = null!;
    private RedisServerProcess _redis = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _site = new BrokerSite();
        _certificate = new TestCertificate(_site);
        var port = StorePorts.Next().ToString(CultureInfo.InvariantCulture);
        _redis = await OwnRedis.StartAsync(
            "--tls-port", port, "--tls-cert-file", _certificate.CertificateFile, "--tls-key-file", _certificate.KeyFile,
            "--tls-ca-cert-file", _certificate.CertificateFile, "--tls-auth-clients", "yes");
        // As docs/redis.md says.
        await _redis.CommandAsync(
            "ACL", "SETUSER", "credbroker", "on", ">" + Password, "resetkeys", "~cb:*", "resetchannels", "&cb:*", "&__Booksleeve_MasterChanged",
            "-@all", "+@read", "+@write", "+@connection", "+@pubsub", "+@scripting", "+time", "-@dangerous", "+info");
        await _redis.CommandAsync("ACL", "SETUSER", "default", "off");
        _site.Settings["Storage:Redis:ConnectionString"] = $"127.0.0.1:{port},ssl=true,user=credbroker";
        _site.Settings["Storage:Redis:CaFile"] = _certificate.CertificateFile;
        _site.Settings["Storage:Redis:ClientCertificateFile"] = _certificate.CertificateFile;
        _site.Settings["Storage:Redis:ClientKeyFile"] = _certificate.KeyFile;
        _site.Settings["Storage:Redis:PasswordFile"] = _site.FileOf("redis-password");
        await File.WriteAllTextAsync(_site.FileOf("redis-password"), Password + "\n");
        ScratchFolder.SetMode(_site.FileOf("redis-password"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
        _certificate.Dispose();
        _site.Dispose();
    }

    [Test]
    public async Task Broker_WithTheLeastRights_DoesItsWork()
    {
        await using var broker = await BrokerProcess.StartAsync(_site);
        var task = await broker.Calls.OpenAsync();
        var first = await task.IssueAsync();
        await broker.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = first.Lease.Id }, task.Auth);
        await task.IssueAsync("orders-scarce");

        var receipt = await task.EndAsync();

        Assert.That((receipt.Confirmed, receipt.Pending), Is.EqualTo((2L, 0L)));
    }

    [TestCase("CaFile")]
    [TestCase("ClientCertificateFile", "ClientKeyFile")]
    public async Task Start_OneProofMissing_Refused(params string[] missing)
    {
        foreach (var setting in missing) _site.Settings.Remove("Storage:Redis:" + setting);
        await AssertRefusedAsync();
    }

    [Test]
    public async Task Start_WrongPassword_Refused()
    {
        await File.WriteAllTextAsync(_site.FileOf("redis-password"), Password + "!");
        await AssertRefusedAsync();
    }

    [TestCase("redis-password"), TestCase("tls.key")]
    public async Task Start_SecretThatOthersCanRead_Refused(string file)
    {
        ScratchFolder.SetMode(_site.FileOf(file), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await AssertRefusedAsync($"The file {_site.FileOf(file)} is open to other users");
    }

    private async Task AssertRefusedAsync(string because = "Storage:Redis does not answer")
    {
        var (code, error) = await BrokerProcess.RunToEndAsync(_site);

        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.StartWith($"credbroker cannot start: {because}").And.Not.Contain(Password));
    }
}
