using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;
using CredBroker.Testing.Vault.Faults;
using Grpc.Core;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>Several clusters and namespaces side by side: each keeps its own, and one that is dead troubles no other.</summary>
[TestFixture, Category("Server")]
internal sealed class ClusterTests : VaultFixture
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);
    private VaultDouble _second = null!;

    [OneTimeTearDown]
    public async Task StopSecondAsync()
    {
        if (_second is not null) await _second.DisposeAsync();
    }

    [TearDown]
    public void MakeSecondWell()
    {
        if (_second is null) return;
        _second.Faults.Clear();
        _second.IsSealed = false;
    }

    [Test]
    public async Task Issue_AtASecondCluster_MadeAndEndedThere()
    {
        var task = await OpenAsync();

        var issued = await task.IssueAsync(VaultCatalogue.Second);

        Assert.That(_second.Accounts.Names, Is.EqualTo(new[] { AccountOf(issued) }));
        Assert.That(Vault.Accounts.Names, Does.Not.Contain(AccountOf(issued)));
        await ReleaseAsync(task, issued.Lease.Id);
        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked);
        Assert.That(_second.Accounts.Names, Is.Empty);
    }

    [Test]
    public async Task OneClusterDead_TheOther_IssuesAndEndsInTime()
    {
        var task = await OpenAsync();
        var stuck = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => task.IssueAsync(VaultCatalogue.Second)));
        using var fault = _second.Faults.Add(VaultFault.Hold(VaultPath.Everything));
        foreach (var one in stuck) await ReleaseAsync(task, one.Lease.Id);
        await fault.Reached;
        var start = TimeProvider.System.GetTimestamp();

        var healthy = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => task.IssueAsync(VaultCatalogue.Orders)));
        foreach (var one in healthy) await ReleaseAsync(task, one.Lease.Id);
        foreach (var one in healthy) await task.UntilLeaseAsync(one.Lease.Id, LeaseState.Revoked);

        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(Promised));
        Assert.That(healthy.Select(Admits), Is.All.False);
        Assert.That((await task.GetLeaseAsync(stuck[0].Lease.Id)).State, Is.EqualTo(LeaseState.Revoking));
        fault.Lift();
        foreach (var one in stuck) await task.UntilLeaseAsync(one.Lease.Id, LeaseState.Revoked, TimeSpan.FromSeconds(60));
        Assert.That(_second.Accounts.Names, Is.Empty);
    }

    [Test]
    public async Task OneClusterSealed_ItsTemplates_RefusedAlone()
    {
        var task = await OpenAsync();
        _second.IsSealed = true;

        await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Second));

        Assert.That(Admits(await task.IssueAsync(VaultCatalogue.Orders)), Is.True);
    }

    [Test]
    public async Task Issue_InANamespace_EverythingThere()
    {
        var task = await OpenAsync();
        Vault.Calls.Clear();

        var issued = await task.IssueAsync(VaultCatalogue.Team);

        Assert.That(Vault.Calls.All.Select(call => call.Namespace), Is.All.EqualTo(VaultBench.Team));
        Assert.That(Vault.Leases.Single(lease => lease.Namespace == VaultBench.Team).Path, Is.EqualTo("database/creds/orders"));
        Assert.That(Vault.Tokens.Where(token => token.Meta.GetValueOrDefault("credbroker_lease") == issued.Lease.Id).Select(token => token.Namespace), Is.EqualTo(new[] { VaultBench.Team }));
        await ReleaseAsync(task, issued.Lease.Id);
        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked);
        Assert.That(Admits(issued), Is.False);
    }

    [Test]
    public async Task Renew_InANamespace_LivesOnThere()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Team);

        var renewed = await Broker.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = issued.Lease.Id }, task.Auth);

        Assert.That(renewed.Lease.ExpiresAt, Is.GreaterThanOrEqualTo(issued.Lease.ExpiresAt));
        Assert.That(Admits(issued), Is.True);
    }

    protected override async Task PrepareAsync()
    {
        _second = await VaultDouble.StartAsync();
        using var root = new VaultClient(_second.Address, _second.RootToken);
        Bench.AddCluster(1, VaultBench.SecondCluster, _second, await BrokerInVault.SetUpAsync(root));
        await Bench.Root.PutAsync($"sys/namespaces/{VaultBench.Team}");
        await BrokerInVault.SetUpAsync(Bench.Root.In(VaultBench.Team));
        // The broker logs in at the root, and may do in the team's namespace what it may there.
        await Bench.Root.PutAsync($"sys/policies/acl/{BrokerInVault.BrokerPolicy}", new
        {
            policy = BrokerInVault.Policy + "\n" + BrokerInVault.Policy.Replace("path \"", $"path \"{VaultBench.Team}/", StringComparison.Ordinal)
                + $"\npath \"{VaultBench.Team}/auth/token/create/{BrokerInVault.TokenRole}\" {{ capabilities = [\"create\", \"update\", \"sudo\"] }}",
        });
        Bench.AddTemplates(
            VaultCatalogue.Template(VaultCatalogue.Team, $"mount: database, role: orders, namespace: {VaultBench.Team}"),
            VaultCatalogue.Template(VaultCatalogue.Second, $"mount: database, role: orders, cluster: {VaultBench.SecondCluster}"));
    }
}
