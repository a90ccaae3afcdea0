using CredBroker.Protocol.V1;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Faults;
using CredBroker.Testing.Verification;
using Google.Protobuf.WellKnownTypes;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>However a lease ends, what it opened is dead, and the record says so only then.</summary>
[TestFixture, Category("Server")]
internal sealed class EndTests : VaultFixture
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);

    protected override Task PrepareAsync()
    {
        // On a busy machine a secret may take a while to be recorded; nothing here waits for that time to pass.
        Bench.Site.Settings["Storage:Redis:IntentLife"] = "00:00:20";
        Bench.Set(0, "CallTimeout", "00:00:10");
        return Task.CompletedTask;
    }

    [Test]
    public async Task Release_Dynamic_TokenThenLeaseThenConfirmed()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);
        Vault.Calls.Clear();

        await ReleaseAsync(task, issued.Lease.Id);

        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked);
        Assert.That(Admits(issued), Is.False);
        await UntilNothingIsLeftAsync();
        string[] paths = [.. Vault.Calls.All.Select(call => call.Path)];
        Assert.That(Array.IndexOf(paths, VaultPath.LookupLease), Is.GreaterThanOrEqualTo(0).And.LessThan(Array.IndexOf(paths, VaultPath.RevokeAccessor)), "looked up before the first revocation");
        Assert.That(Array.IndexOf(paths, VaultPath.RevokeAccessor), Is.LessThan(Array.IndexOf(paths, VaultPath.RevokeLease)));
        Assert.That(Vault.Calls.Of(VaultPath.RevokeLease).Select(call => call.Fields.GetValueOrDefault("sync")), Is.All.EqualTo("true"));
    }

    [Test]
    public async Task Release_QueueOfVaultStuck_ConfirmedByTheSyncRevokeAlone()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);
        Vault.HoldRevocations();

        await ReleaseAsync(task, issued.Lease.Id);

        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked);
        Assert.That(Admits(issued), Is.False);
    }

    [Test]
    public async Task Release_DatabaseAway_RevokingUntilItIsBack()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);
        Vault.Accounts.IsDown = true;
        var asked = Vault.Calls.Of(VaultPath.RevokeLease).Count;

        await ReleaseAsync(task, issued.Lease.Id);

        await Eventually.IsTrueAsync(() => Vault.Calls.Of(VaultPath.RevokeLease).Count > asked, "Vault was asked");
        Assert.That((await task.GetLeaseAsync(issued.Lease.Id)).State, Is.EqualTo(LeaseState.Revoking));
        Vault.Accounts.IsDown = false;
        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked);
        Assert.That(Admits(issued), Is.False);
    }

    [Test]
    public async Task Lease_RunsOut_DeadAndConfirmed()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Short);

        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked);

        Assert.That(Admits(issued), Is.False);
        Assert.That((await task.GetLeaseAsync(issued.Lease.Id)).EndReason, Is.EqualTo(V1.EndReason.Expired));
    }

    [Test]
    public async Task EndTask_TwentyLeases_AllConfirmedInTime()
    {
        var task = await OpenAsync();
        var issued = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => task.IssueAsync(VaultCatalogue.Orders)));
        var start = TimeProvider.System.GetTimestamp();

        var ended = await task.Calls.Tasks.EndTaskAsync(new EndTaskRequest { Wait = Duration.FromTimeSpan(TimeSpan.FromSeconds(20)) }, task.Auth);

        Assert.That((ended.Receipt.Total, ended.Receipt.Confirmed, ended.Receipt.Pending), Is.EqualTo((20L, 20L, 0L)));
        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(Promised));
        Assert.That(issued.Select(Admits), Is.All.False);
        Assert.That(Bench.ChildTokens, Is.Empty);
    }

    [Test]
    public async Task EndTask_VaultAway_PendingAndConfirmedByItselfAfterwards()
    {
        var task = await OpenAsync();
        var issued = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => task.IssueAsync(VaultCatalogue.Orders)));
        await Vault.GoDownAsync();

        var receipt = await task.EndAsync();

        Assert.That((receipt.Total, receipt.Confirmed, receipt.Pending), Is.EqualTo((3L, 0L, 3L)));
        Assert.That(issued.Select(Admits), Is.All.True, "which is why nobody says that they are dead");
        await Vault.ComeBackAsync();
        foreach (var one in issued) await task.UntilLeaseAsync(one.Lease.Id, LeaseState.Revoked, TimeSpan.FromSeconds(60));
        Assert.That(issued.Select(Admits), Is.All.False);
        Assert.That((await task.EndAsync()).Pending, Is.Zero);
    }

    [Test]
    public async Task EndTask_WhileASecretIsMade_TheEndWins()
    {
        var task = await OpenAsync();
        var held = Vault.Faults.Add(VaultFault.HoldWork(VaultPath.Creds));
        var issue = task.IssueAsync(VaultCatalogue.Orders);
        await held.Reached;
        await task.EndAsync();

        held.Lift();

        await Api.Refused.WithAsync(Grpc.Core.StatusCode.FailedPrecondition, "TASK_ENDED", () => issue);
        await task.UntilLeaseAsync((await task.ListLeasesAsync()).Single().Id, LeaseState.Revoked);
        await UntilNothingIsLeftAsync();
    }

    [TestCase(VaultCatalogue.Certificate), TestCase(VaultCatalogue.LeasedCertificate)]
    public async Task Release_Certificate_OnTheRevocationList(string template)
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(template);

        await ReleaseAsync(task, issued.Lease.Id);

        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked);
        var known = (await Bench.Root.GetAsync($"pki/cert/{issued.Credential.Secret.Values["serial_number"]}")).Required();
        Assert.That((long?)known.Data["revocation_time"], Is.GreaterThan(0));
    }

    [TestCase(VaultCatalogue.Ssh), TestCase(VaultCatalogue.Stored)]
    public async Task Release_WhatCannotBeTakenBack_RevokingAndNothingMoreIsMade(string template)
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(template);

        await ReleaseAsync(task, issued.Lease.Id);

        await Eventually.IsTrueAsync(() => Bench.ChildTokens.Count == 0, "nothing more can be made with its token");
        Assert.That((await task.GetLeaseAsync(issued.Lease.Id)).State, Is.EqualTo(LeaseState.Revoking));
    }

    [Test]
    public async Task Release_Rotated_TheRotationIsAskedFor()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Rotated);
        Vault.Calls.Clear();

        await ReleaseAsync(task, issued.Lease.Id);

        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked);
        Assert.That(Vault.Calls.Of("database/rotate-role/partner"), Has.Count.EqualTo(1));
    }
}
