using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Server.Tests.Faults;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Vault.Faults;
using CredBroker.Testing.Verification;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>Secrets of Vault through the broker's own API.</summary>
[TestFixture, Category("Server")]
internal sealed class VaultIssueTests
{
    private const string Creds = "database/creds/orders";
    private VaultSite _site = null!;
    private InProcessBroker _broker = null!;
    private OpenedTask _task = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _site = await VaultSite.StartAsync();
        _broker = await InProcessBroker.StartAsync(_site.Site, _ => { });
        _task = await _broker.Calls.OpenAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        if (_site is not null) await _site.DisposeAsync();
    }

    [Test]
    public async Task Issue_ThenEndOfTheTask_SecretGetsInAndThenNoMore()
    {
        var issued = await _task.IssueAsync("orders-db");
        var secret = issued.Credential.Secret.Values;
        Assert.That(_site.Vault.Accounts.Admit(secret["username"], secret["password"]), Is.True);
        Assert.That((issued.Lease.State, issued.Lease.Backend, issued.Credential.Revocability), Is.EqualTo((LeaseState.Active, "vault", V1.Revocability.Instant)));

        var ended = await _broker.Calls.Tasks.EndTaskAsync(new EndTaskRequest { Wait = Duration.FromTimeSpan(TimeSpan.FromSeconds(20)) }, _task.Auth);

        Assert.That((ended.Receipt.Confirmed, ended.Receipt.Pending), Is.EqualTo((1L, 0L)));
        Assert.That(_site.Vault.Accounts.Names, Is.Empty);
    }

    [Test]
    public async Task Issue_SameRequestAgain_AnotherSecretAndTheFirstIsSuperseded()
    {
        var first = await _task.IssueAsync("orders-db", key: "attempt-1");

        var second = await _task.IssueAsync("orders-db", key: "attempt-1");

        Assert.That(second.Lease.Id, Is.Not.EqualTo(first.Lease.Id));
        await _task.UntilLeaseAsync(first.Lease.Id, LeaseState.Revoked);
        var ended = await _task.GetLeaseAsync(first.Lease.Id);
        Assert.That((ended.EndReason, ended.SupersededBy), Is.EqualTo((V1.EndReason.Superseded, second.Lease.Id)));
        Assert.That(_site.Vault.Accounts.Names, Is.EqualTo(new[] { second.Credential.Secret.Values["username"] }));
        await Eventually.IsTrueAsync(() => _site.Site.ReadAudit().Any(line => (string?)line["type"] == "lease_revoked" && (string?)line["lease"] == first.Lease.Id), "the end is on record");
    }

    [Test]
    public async Task Issue_VaultFailedTheFirstTime_TheSameRequestSucceedsTheSecond()
    {
        _site.Vault.Faults.Add(VaultFault.Status(Creds, 400));
        var refusal = await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => _task.IssueAsync("orders-db", key: "attempt-1"));
        Assert.That(Refused.RetryOf(refusal), Is.GreaterThan(TimeSpan.Zero));
        _site.Vault.Faults.Clear();

        Assert.That((await _task.IssueAsync("orders-db", key: "attempt-1")).Lease.State, Is.EqualTo(LeaseState.Active));

        var given = (await _task.ListLeasesAsync()).First(lease => lease.EndReason == V1.EndReason.Abandoned).Id;
        await _task.UntilLeaseAsync(given, LeaseState.Revoked, TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task Issue_VaultGone_VoidedAtOnceAndTokensGoOn()
    {
        await _site.Vault.GoDownAsync();

        await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => _task.IssueAsync("orders-db"));

        await _task.UntilLeaseAsync((await _task.ListLeasesAsync()).Single().Id, LeaseState.Revoked);
        Assert.That((await _task.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active));
        Assert.That((await _broker.Calls.Http.GetAsync("/readyz")).IsSuccessStatusCode, Is.True);
    }

    [Test]
    public async Task Renew_Lease_LivesLongerAtVaultToo()
    {
        var lease = (await _task.IssueAsync("orders-db", TimeSpan.FromSeconds(30))).Lease;

        var renewed = await _broker.Calls.Credentials.RenewAsync(
            new RenewRequest { LeaseId = lease.Id, Ttl = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)) }, _task.Auth);

        Assert.That(renewed.Credential, Is.Null, "the secret is the same");
        Assert.That(renewed.Lease.ExpiresAt, Is.GreaterThan(lease.ExpiresAt));
        var token = _site.Vault.Tokens.Single(token => token.Meta.GetValueOrDefault("credbroker_lease") == lease.Id);
        Assert.That(token.ExpiresAt, Is.GreaterThanOrEqualTo(renewed.Lease.ExpiresAt.ToDateTimeOffset() - TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task Status_OfTheBroker_TellsOfTheCluster() => await Eventually.IsTrueAsync(
        async () => (await _broker.Calls.Governance.GetStatusAsync(new GetStatusRequest())).Components.Any(part => part.Name == "vault:main" && part.Healthy), "the cluster is well");

    [Test]
    public async Task Issue_Secret_IsInTheReplyAndNowhereElse()
    {
        var secret = (await _task.IssueAsync("orders-db")).Credential.Secret.Values["password"];

        var audit = string.Join('\n', _site.Site.ReadAudit().Select(line => line.ToJsonString()));
        Assert.That(audit, Is.Not.Empty.And.Not.Contain(secret));
    }

    [Test]
    public async Task Start_TemplateOfAnUnknownCluster_RefusedWithFileAndField()
    {
        using var site = new BrokerSite();
        File.WriteAllText(Path.Combine(site.CatalogueFolder, "vault.yaml"), VaultSite.Template("orders-db", "orders", "{ default: 2m, max: 10m }", ", cluster: elsewhere"));
        foreach (var (name, value) in _site.Site.Settings.Where(setting => setting.Key.StartsWith("Backends:", StringComparison.Ordinal))) site.Settings[name] = value;

        var refused = await Assert.ThrowsAsync<CredBroker.Templates.CatalogueException>(() => InProcessBroker.StartAsync(site, _ => { }));

        Assert.That(
            refused!.Message,
            Does.Contain("vault.yaml:12: spec.backend.vault.cluster: elsewhere is not configured in Backends:Vault:Clusters; there are: main"));
    }
}
