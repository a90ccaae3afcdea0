using System.Net;
using CredBroker.Server.Tests.Backends.Vault.Contract.Forms;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Server.Tests.Backends.Vault.Contract;

/// <summary>The leases of secrets, and what their revocation means.</summary>
[TestFixtureSource(typeof(VaultForms), nameof(VaultForms.All))]
public sealed class LeaseContract(VaultForm form) : VaultContract(form)
{
    private string _mount = "";
    private string _role = "";

    [OneTimeSetUp]
    public async Task SetUpAsync()
    {
        _mount = await MountLeasedAsync();
        _role = await MakeTokenRoleAsync(await AllowAsync(_mount));
    }

    [Test]
    public async Task Secret_Made_HasALeaseBelowItsPath()
    {
        var (_, secret) = await IssueAsync();

        Assert.That(secret.LeaseId, Does.StartWith($"{_mount}/issue/{Leased}/"));
        Assert.That(secret.LeaseDuration, Is.EqualTo(TimeSpan.FromHours(1)).Within(TimeSpan.FromSeconds(2)));
        Assert.That(await KnowsLeaseAsync(secret.LeaseId), Is.True);
    }

    [Test]
    public async Task Revoke_InSync_UndoneWhenItAnswers()
    {
        var (_, secret) = await IssueAsync();

        Assert.That((await RevokeLeaseAsync(secret.LeaseId)).Status, Is.EqualTo((int)HttpStatusCode.NoContent));

        Assert.That(await IsRevokedAsync(_mount, secret), Is.True);
        Assert.That(await KnowsLeaseAsync(secret.LeaseId), Is.False);
    }

    [Test]
    public async Task Revoke_Twice_SaysTheSame()
    {
        var (_, secret) = await IssueAsync();
        await RevokeLeaseAsync(secret.LeaseId);

        Assert.That((await RevokeLeaseAsync(secret.LeaseId)).Status, Is.EqualTo((int)HttpStatusCode.NoContent));
    }

    [Test]
    public async Task Revoke_OfALeaseThatNeverWas_SaysTheSameAsSuccess()
    {
        var stranger = $"{_mount}/issue/{Leased}/neverwasneverwasneverwas";

        Assert.That((await RevokeLeaseAsync(stranger)).Status, Is.EqualTo((int)HttpStatusCode.NoContent));
        Assert.That(await KnowsLeaseAsync(stranger), Is.False, "nor does a lookup tell it from one that was revoked");
    }

    [Test]
    public async Task Revoke_NotInSync_AcceptedAndDoneByAndBy()
    {
        var (_, secret) = await IssueAsync();

        Assert.That((await RevokeLeaseAsync(secret.LeaseId, sync: false)).Status, Is.EqualTo((int)HttpStatusCode.Accepted));

        await UntilAsync(() => IsRevokedAsync(_mount, secret), "the certificate is revoked");
        await UntilAsync(async () => !await KnowsLeaseAsync(secret.LeaseId), "the lease is gone");
    }

    [Test]
    public async Task RevokeAccessor_ThenTheLeaseInSync_UndoneWhenItAnswers()
    {
        var (child, secret) = await IssueAsync();
        await RevokeAccessorAsync(child.Accessor);

        await RevokeLeaseAsync(secret.LeaseId);

        Assert.That(await IsRevokedAsync(_mount, secret), Is.True);
        Assert.That(await KnowsLeaseAsync(secret.LeaseId), Is.False);
    }

    [Test]
    public async Task RevokeAccessor_Alone_OnlyQueuesTheLease()
    {
        var vault = Vault.Double ?? throw new IgnoreException("A real Vault cannot be made to wait with what it has queued.");
        var (child, secret) = await IssueAsync();
        vault.HoldRevocations();
        try
        {
            Assert.That((await RevokeAccessorAsync(child.Accessor)).IsDone, Is.True);

            Assert.That(await IsRevokedAsync(_mount, secret), Is.False, "success says nothing of the secret");
            Assert.That(await KnowsLeaseAsync(secret.LeaseId), Is.True);
        }
        finally
        {
            vault.LetRevocationsGo();
        }

        await UntilAsync(() => IsRevokedAsync(_mount, secret), "the certificate is revoked");
    }

    [Test]
    public async Task Token_Ends_ItsLeasesGoWithIt()
    {
        var (_, secret) = await IssueAsync(ttl: "2s");

        await UntilAsync(() => IsRevokedAsync(_mount, secret), "the certificate is revoked");
        await UntilAsync(async () => !await KnowsLeaseAsync(secret.LeaseId), "the lease is gone");
    }

    [Test]
    public async Task Lease_OfABatchToken_EndsWithItAndIsRevocableByItsId()
    {
        var batch = await Root.PutAsync($"auth/token/create/{_role}", new { type = "batch", ttl = "5m" });

        var secret = await AskLeasedAsync(_mount, batch.ClientToken);

        Assert.That(secret.LeaseDuration, Is.LessThanOrEqualTo(TimeSpan.FromMinutes(5)));
        await RevokeLeaseAsync(secret.LeaseId);
        Assert.That(await IsRevokedAsync(_mount, secret), Is.True);
    }

    [Test]
    public async Task Renew_OfALeaseThatIsGone_BadRequest()
    {
        var (_, secret) = await IssueAsync();
        await RevokeLeaseAsync(secret.LeaseId);

        AssertError(await Root.PostAsync("sys/leases/renew", new { lease_id = secret.LeaseId, increment = "10m" }), HttpStatusCode.BadRequest, "lease not found");
    }

    [Test]
    public async Task RevokePrefix_OfATokenRole_EndsAllOfItsTokensAndTheirLeases()
    {
        var role = await MakeTokenRoleAsync(await AllowAsync(_mount));
        var (first, one) = await IssueAsync(role: role);
        var (second, two) = await IssueAsync(role: role);
        var (_, other) = await IssueAsync();

        Assert.That((await Root.PostAsync($"sys/leases/revoke-prefix/auth/token/create/{role}", new { sync = true })).IsDone, Is.True);

        foreach (var token in new[] { first, second })
            Assert.That((await Root.PostAsync("auth/token/lookup-accessor", new { accessor = token.Accessor })).IsDone, Is.False);
        foreach (var secret in new[] { one, two }) await UntilAsync(() => IsRevokedAsync(_mount, secret), "the certificate is revoked");
        Assert.That(await IsRevokedAsync(_mount, other), Is.False);
    }

    [TestCase("sys/leases/revoke-prefix/"), TestCase("sys/leases/revoke-force/")]
    public async Task RevokePrefix_WithoutSudo_Denied(string path)
    {
        var policy = NewName("policy");
        await PutPolicyAsync(policy, $$"""path "{{path}}*" { capabilities = ["create", "update"] }""");
        var token = await Root.PutAsync("auth/token/create", new { policies = new[] { policy }, ttl = "10m" });

        AssertError(await Root.As(token.ClientToken).PostAsync($"{path}{_mount}"), HttpStatusCode.Forbidden, "permission denied");
    }

    [Test]
    public async Task RevokeForce_OfAPrefix_LeavesNoLease()
    {
        var mount = await MountLeasedAsync();
        var role = await MakeTokenRoleAsync(await AllowAsync(mount));
        var secret = await AskLeasedAsync(mount, (await MakeChildAsync(role)).ClientToken);

        Assert.That((await Root.PostAsync($"sys/leases/revoke-force/{mount}")).IsDone, Is.True);

        Assert.That(await KnowsLeaseAsync(secret.LeaseId), Is.False);
    }

    [Test]
    public async Task Leases_ListedWhereThereAreNone_NotFound() =>
        AssertError(await Root.ListAsync($"sys/leases/lookup/{NewName("nothing")}/"), HttpStatusCode.NotFound);

    [Test]
    public async Task Snapshot_Restored_LeaseOfLaterIsUnknownAndItsRevokeSaysSuccess()
    {
        var vault = Vault.Double ?? throw new IgnoreException("A real Vault's storage is not for a test to put back.");
        var snapshot = vault.TakeSnapshot();
        var (child, secret) = await IssueAsync();

        vault.Restore(snapshot);

        Assert.That((await RevokeAccessorAsync(child.Accessor)).IsDone, Is.True);
        Assert.That((await RevokeLeaseAsync(secret.LeaseId)).Status, Is.EqualTo((int)HttpStatusCode.NoContent));
        Assert.That(await KnowsLeaseAsync(secret.LeaseId), Is.False);
        Assert.That(await IsRevokedAsync(_mount, secret), Is.False, "nobody has undone it");
    }

    private async Task<(VaultAnswer Child, VaultAnswer Secret)> IssueAsync(string ttl = "10m", string? role = null)
    {
        var child = await MakeChildAsync(role ?? _role, ttl);
        return (child, (await AskLeasedAsync(_mount, child.ClientToken)).Required());
    }
}
