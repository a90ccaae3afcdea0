using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Faults;
using CredBroker.Testing.Verification;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>Vault says "done" to what it did not do. The record does not say "revoked" for that.</summary>
[TestFixture, Category("Server")]
internal sealed class LieTests : VaultFixture
{
    [Test]
    public async Task SnapshotRestored_LeaseUnknown_NeverRevokedWhileItsAccountMayLive()
    {
        var task = await OpenAsync();
        var snapshot = Vault.TakeSnapshot();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);
        Vault.Restore(snapshot);

        await ReleaseAsync(task, issued.Lease.Id);

        await Eventually.IsTrueAsync(() => Broker.Output.Contains($"{issued.Lease.Id} is unconfirmed", StringComparison.Ordinal), "it is told");
        await AssertStaysAsync(task, issued, attempts: 3);
        Assert.That(Admits(issued), Is.True, "it is alive: that is what must not be called revoked");
        Drop(issued);
    }

    [Test]
    public async Task Revoke_AnsweredWithoutBeingDone_TriedUntilItIs()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);
        using var token = Vault.Faults.Add(VaultFault.Lie(VaultPath.RevokeAccessor));
        using var lease = Vault.Faults.Add(VaultFault.Lie(VaultPath.RevokeLease));

        await ReleaseAsync(task, issued.Lease.Id);

        await Eventually.IsTrueAsync(() => lease.Hits >= 2, "it has been lied to twice");
        Assert.That((await task.GetLeaseAsync(issued.Lease.Id)).State, Is.EqualTo(LeaseState.Revoking));
        Assert.That(Admits(issued), Is.True);
        token.Lift();
        lease.Lift();
        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked, TimeSpan.FromSeconds(60));
        Assert.That(Admits(issued), Is.False);
    }

    [Test]
    public async Task Revoke_ReplyLost_AskedAgainAndConfirmed()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);
        foreach (var path in new[] { VaultPath.LookupLease, VaultPath.RevokeAccessor, VaultPath.RevokeLease })
            Vault.Faults.Add(VaultFault.LoseReply(path, times: 1));

        await ReleaseAsync(task, issued.Lease.Id);

        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked);
        Assert.That(Admits(issued), Is.False);
        await UntilNothingIsLeftAsync();
    }

    [TestCase(429), TestCase(503), TestCase(403), TestCase(400), TestCase(500)]
    public async Task Revoke_Refused_RevokingUntilItIsNot(int status)
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);
        var fault = Vault.Faults.Add(VaultFault.Status(VaultPath.RevokeLease, status, "scripted"));

        await ReleaseAsync(task, issued.Lease.Id);

        await fault.Reached;
        Assert.That((await task.GetLeaseAsync(issued.Lease.Id)).State, Is.EqualTo(LeaseState.Revoking));
        Assert.That(Admits(issued) || Bench.ChildTokens.Count == 0, Is.True, "the token may have gone, and the account with it");
        fault.Lift();
        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked, TimeSpan.FromSeconds(60));
        Assert.That(Admits(issued), Is.False);
    }

    [Test]
    public async Task Accessor_RevokedByAnOperatorBefore_ConfirmedOnceItIsSeenToBeGone()
    {
        var task = await OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);
        Vault.HoldRevocations();
        await Bench.Root.PutAsync("auth/token/revoke-accessor", new { accessor = Bench.ChildTokens.Single().Accessor });
        Assert.That(Admits(issued), Is.True);

        await ReleaseAsync(task, issued.Lease.Id);

        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked);
        Assert.That(Admits(issued), Is.False, "the lease was asked for by name");
    }

    /// <summary>Waits until the broker has looked so often, and finds the lease not revoked each time.</summary>
    private async Task AssertStaysAsync(OpenedTask task, IssueResponse.Types.Issued issued, int attempts)
    {
        var looked = Vault.Calls.Of(VaultPath.LookupLease).Count;
        await Eventually.IsTrueAsync(() => Vault.Calls.Of(VaultPath.LookupLease).Count >= looked + attempts, "the broker has tried again", TimeSpan.FromSeconds(40));
        Assert.That((await task.GetLeaseAsync(issued.Lease.Id)).State, Is.EqualTo(LeaseState.Revoking).Or.EqualTo(LeaseState.Irrevocable));
    }

    /// <summary>As an operator would: Vault knows nothing of it any more.</summary>
    private void Drop(IssueResponse.Types.Issued issued) => Vault.Accounts.Forget(AccountOf(issued));
}
