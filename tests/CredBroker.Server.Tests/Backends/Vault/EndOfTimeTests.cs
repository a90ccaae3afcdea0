using CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>What cannot be taken back is called revoked when it has ended by itself, and the broker's grace for clocks that differ is over.</summary>
[TestFixture, Category("Long")]
internal sealed class EndOfTimeTests : VaultFixture
{
    private const string Signed = "vault-ssh-brief";
    private const string Stored = "vault-stored-brief";

    [Test]
    public async Task Release_WhatCannotBeTakenBack_RevokedAfterItsEnd()
    {
        var task = await OpenAsync();
        var issued = new[] { await task.IssueAsync(Signed), await task.IssueAsync(Stored) };

        foreach (var one in issued) await ReleaseAsync(task, one.Lease.Id);

        foreach (var one in issued)
        {
            await task.UntilLeaseAsync(one.Lease.Id, LeaseState.Revoked, TimeSpan.FromSeconds(60));
            Assert.That((await task.GetLeaseAsync(one.Lease.Id)).ConfirmedAt, Is.GreaterThanOrEqualTo(one.Lease.ExpiresAt));
        }
    }

    protected override Task PrepareAsync()
    {
        Bench.AddTemplates(
            VaultCatalogue.Template(Signed, "mount: ssh, role: deploy, ssh: { principals: [deploy] }", ttl: "3s", max: "6s", isRenewable: false),
            VaultCatalogue.Template(Stored, "mount: kv, kv: { path: partner }", ttl: "3s", max: "6s"));
        return Task.CompletedTask;
    }
}
