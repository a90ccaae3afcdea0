using System.Security.Cryptography.X509Certificates;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>What a task gets of each engine, and what is then at Vault.</summary>
[TestFixture, Category("Server")]
internal sealed class IssueTests : VaultFixture
{
    [Test]
    public async Task Issue_Dynamic_SecretOfALeaseThatHangsOnAnOrphanOfItsOwn()
    {
        var task = await OpenAsync();
        Vault.Calls.Clear();

        var issued = await task.IssueAsync(VaultCatalogue.Orders);

        Assert.That(Admits(issued), Is.True);
        var child = Bench.ChildTokens.Single(token => token.Meta["credbroker_lease"] == issued.Lease.Id);
        Assert.Multiple(() =>
        {
            Assert.That(issued.Lease.State, Is.EqualTo(LeaseState.Active));
            Assert.That(issued.Lease.Backend, Is.EqualTo("vault"));
            Assert.That(issued.Lease.Revocability, Is.EqualTo(V1.Revocability.Instant));
            Assert.That(issued.Credential.ExpiresAt, Is.EqualTo(issued.Lease.ExpiresAt));
            Assert.That(child.IsOrphan, Is.True);
            Assert.That(child.IsBatch, Is.False);
            Assert.That(child.NumUses, Is.Zero);
            Assert.That(child.Policies, Is.EqualTo(new[] { BrokerInVault.ChildPolicy }));
            Assert.That(child.ExpiresAt, Is.EqualTo(issued.Lease.ExpiresAt.ToDateTimeOffset()).Within(TimeSpan.FromSeconds(2)));
        });
    }

    [Test]
    public async Task Issue_Dynamic_TwoCallsEachMarkedAsMeantForVault()
    {
        var task = await OpenAsync();
        await task.IssueAsync(VaultCatalogue.Orders);
        Vault.Calls.Clear();

        await task.IssueAsync(VaultCatalogue.Orders);

        Assert.That(Vault.Calls.All.Select(call => $"{call.Method} {call.Path}"), Is.EqualTo(new[] { "POST auth/token/create/credbroker", "GET database/creds/orders" }));
        Assert.That(Vault.Calls.All.Select(call => call.SaysVault), Is.All.True);
        var fields = Vault.Calls.All[0].Fields;
        Assert.That(fields["no_default_policy"], Is.EqualTo("true"));
        Assert.That(fields["explicit_max_ttl"], Does.Contain("600"));
    }

    [TestCase(VaultCatalogue.Cloud, "access_key", "secret_key"), TestCase(VaultCatalogue.Messages, "username", "password")]
    public async Task Issue_OtherEnginesOfAccounts_TheirOwnFields(string template, string name, string secret)
    {
        var issued = await (await OpenAsync()).IssueAsync(template);

        var values = issued.Credential.Secret.Values;
        Assert.That(Vault.Accounts.Admit(values[name], values[secret]), Is.True);
        Assert.That(issued.Lease.Revocability, Is.EqualTo(V1.Revocability.Instant));
    }

    [TestCase(VaultCatalogue.Certificate), TestCase(VaultCatalogue.LeasedCertificate)]
    public async Task Issue_Certificate_ItsKeyFitsAndItsEndIsTheLeases(string template)
    {
        var issued = await (await OpenAsync()).IssueAsync(template);

        var values = issued.Credential.Secret.Values;
        using var certificate = X509Certificate2.CreateFromPem(values["certificate"], values["private_key"]);
        Assert.That(certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false), Is.EqualTo("agent.acme.test"));
        Assert.That(certificate.HasPrivateKey, Is.True);
        Assert.That(values["serial_number"], Is.Not.Empty);
        Assert.That(issued.Lease.Renewable, Is.False);
        Assert.That(issued.Lease.Revocability, Is.EqualTo(V1.Revocability.Bounded));
        Assert.That(issued.Lease.ExpiresAt.ToDateTimeOffset(), Is.EqualTo(new DateTimeOffset(certificate.NotAfter.ToUniversalTime())).Within(TimeSpan.FromSeconds(3)));
    }

    [Test]
    public async Task Issue_Ssh_CertificateForAKeyThatVaultHasNotSeen()
    {
        var issued = await (await OpenAsync()).IssueAsync(VaultCatalogue.Ssh);

        var values = issued.Credential.Secret.Values;
        Assert.That(values["signed_key"], Does.Contain("-cert-v01@openssh.com"));
        Assert.That(values["private_key"], Does.StartWith("-----BEGIN"));
        Assert.That(issued.Lease.Revocability, Is.EqualTo(V1.Revocability.None));
    }

    [TestCase(VaultCatalogue.Stored, V1.Revocability.None), TestCase(VaultCatalogue.Rotated, V1.Revocability.Instant)]
    public async Task Issue_Stored_TheValueAndWhetherItCanBeTakenBack(string template, V1.Revocability revocability)
    {
        var issued = await (await OpenAsync()).IssueAsync(template);

        Assert.That(issued.Credential.Secret.Values["api_key"], Is.EqualTo("stored-for-everybody"));
        Assert.That(issued.Lease.Revocability, Is.EqualTo(revocability));
    }

    [Test]
    public async Task Issue_Lean_HangsOnABatchTokenAndIsRevocableByItsLease()
    {
        var task = await OpenAsync();
        Vault.Calls.Clear();
        var issued = await task.IssueAsync(VaultCatalogue.Lean);
        Assert.That(Admits(issued), Is.True);
        Assert.That(Vault.Calls.Of(VaultPath.CreateToken).Single().Fields["type"], Is.EqualTo("\"batch\""));

        await ReleaseAsync(task, issued.Lease.Id);

        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked);
        Assert.That(Admits(issued), Is.False);
    }

    [Test]
    public async Task Issue_VaultGrantsLess_TheLeaseIsAsShort()
    {
        var issued = await (await OpenAsync()).IssueAsync(VaultCatalogue.Capped);

        var life = (issued.Lease.ExpiresAt - issued.Lease.IssuedAt).ToTimeSpan();
        Assert.That(life, Is.EqualTo(TimeSpan.FromSeconds(5)).Within(TimeSpan.FromSeconds(1)));
        Assert.That(issued.Credential.ExpiresAt, Is.EqualTo(issued.Lease.ExpiresAt));
    }

    [Test]
    public async Task Issue_SameKeyAgain_NewSecretTakesTheOldOnesPlace()
    {
        var task = await OpenAsync();
        var first = await task.IssueAsync(VaultCatalogue.Orders, key: "attempt-1");

        var second = await task.IssueAsync(VaultCatalogue.Orders, key: "attempt-1");

        Assert.That(second.Lease.Id, Is.Not.EqualTo(first.Lease.Id));
        Assert.That(Admits(second), Is.True);
        await task.UntilLeaseAsync(first.Lease.Id, LeaseState.Revoked);
        Assert.That(Admits(first), Is.False);
        Assert.That((await task.GetLeaseAsync(first.Lease.Id)).SupersededBy, Is.EqualTo(second.Lease.Id));
    }

    [Test]
    public async Task Issue_ManyAtATime_EachWithASecretOfItsOwn()
    {
        var task = await OpenAsync();

        var issued = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => task.IssueAsync(VaultCatalogue.Orders)));

        Assert.That(issued.Select(AccountOf).Distinct().Count(), Is.EqualTo(16));
        Assert.That(issued.Select(Admits), Is.All.True);
    }
}
