using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Server.Tests.Faults;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Faults;
using Grpc.Core;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>Secrets of Vault where policies bound how many leases a workload and its tree may have.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.Self)]
internal sealed class BoundedVaultIssueTests
{
    [TestCase("context.workload_leases >= 1"), TestCase("context.workload_template_leases >= 1"), TestCase("context.live_leases >= 1")]
    public async Task Issue_RetryAtTheBound_TakesThePlaceOfTheFirst(string bound)
    {
        await using var site = await VaultSite.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(site.Site.PoliciesFolder, "all.cedar"), $$"""
            @id("all") permit (principal, action, resource);
            @id("one") forbid (principal, action == Action::"read", resource == Template::"orders-db") when { {{bound}} };
            """);
        await using var broker = await InProcessBroker.StartAsync(site.Site, _ => { });
        var task = await broker.Calls.OpenAsync();
        var first = await task.IssueAsync("orders-db", key: "attempt-1");

        var second = await task.IssueAsync("orders-db", key: "attempt-1");

        Assert.That(second.Lease.State, Is.EqualTo(LeaseState.Active));
        await task.UntilLeaseAsync(first.Lease.Id, LeaseState.Revoked);
        Assert.That((await task.GetLeaseAsync(first.Lease.Id)).SupersededBy, Is.EqualTo(second.Lease.Id));
        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => task.IssueAsync("orders-db", key: "attempt-2"));
        Assert.That(site.Vault.Accounts.Names, Is.EqualTo(new[] { second.Credential.Secret.Values["username"] }));
    }

    [Test]
    public async Task Issue_RetriesWhileNothingCanBeRevoked_AreNoWayPastTheBound()
    {
        await using var site = await VaultSite.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(site.Site.PoliciesFolder, "all.cedar"), """
            @id("all") permit (principal, action, resource);
            @id("one") forbid (principal, action == Action::"read", resource == Template::"orders-db") when { context.workload_leases >= 1 };
            """);
        await using var broker = await InProcessBroker.StartAsync(site.Site, _ => { });
        var task = await broker.Calls.OpenAsync();
        await task.IssueAsync("orders-db", key: "attempt-1");
        using var stuck = site.Vault.Faults.Add(VaultFault.Status(VaultPath.RevokeLease, 503));

        await task.IssueAsync("orders-db", key: "attempt-1");

        await Refused.WithAsync(StatusCode.PermissionDenied, "POLICY_DENIED", () => task.IssueAsync("orders-db", key: "attempt-1"));
        Assert.That(site.Vault.Accounts.Names, Has.Count.LessThanOrEqualTo(2));
    }
}
