using System.Net;
using CredBroker.Server.Tests.Backends.Vault.Contract.Forms;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Server.Tests.Backends.Vault.Contract;

/// <summary>Namespaces: what is of one is not there for another, and a revoke in the wrong one looks like success.</summary>
[TestFixtureSource(typeof(VaultForms), nameof(VaultForms.All))]
public sealed class NamespaceContract(VaultForm form) : VaultContract(form)
{
    private string _team = "";
    private string _other = "";
    private string _mount = "";
    private string _role = "";

    private VaultClient Team => Root.In(_team);

    private VaultClient Other => Root.In(_other);

    [OneTimeSetUp]
    public async Task SetUpAsync()
    {
        _team = await MakeNamespaceAsync();
        _other = await MakeNamespaceAsync();
        _mount = await MountLeasedAsync(Team);
        _role = await MakeTokenRoleAsync(await AllowAsync(_mount, Team), client: Team);
    }

    [Test]
    public async Task Secret_OfANamespace_KnownAndRevocableThere()
    {
        var (_, secret) = await IssueAsync();

        Assert.That(await KnowsLeaseAsync(secret.LeaseId, Team), Is.True);
        await RevokeLeaseAsync(secret.LeaseId, client: Team);
        Assert.That(await KnowsLeaseAsync(secret.LeaseId, Team), Is.False);
    }

    [Test]
    public async Task Revoke_InTheWrongNamespace_SaysSuccessAndDoesNothing()
    {
        var (_, secret) = await IssueAsync();

        foreach (var wrong in new[] { Root, Other })
        {
            Assert.That((await RevokeLeaseAsync(secret.LeaseId, client: wrong)).Status, Is.EqualTo((int)HttpStatusCode.NoContent));
            Assert.That(await KnowsLeaseAsync(secret.LeaseId, wrong), Is.False);
        }

        Assert.That(await KnowsLeaseAsync(secret.LeaseId, Team), Is.True);
    }

    [Test]
    public async Task Token_OfANamespace_DeniedInAnother()
    {
        var child = await MakeChildAsync(_role, client: Team);

        Assert.That((await AskLeasedAsync(_mount, child.ClientToken, Team)).IsDone, Is.True);
        AssertError(await Other.As(child.ClientToken).GetAsync("auth/token/lookup-self"), HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Accessor_OfANamespace_RevokedThere()
    {
        var (child, secret) = await IssueAsync();

        Assert.That((await RevokeAccessorAsync(child.Accessor, Team)).IsDone, Is.True);

        await UntilAsync(async () => !await KnowsLeaseAsync(secret.LeaseId, Team), "the lease has gone with its token");
    }

    private async Task<string> MakeNamespaceAsync()
    {
        var name = NewName("team");
        var answer = await Root.PostAsync($"sys/namespaces/{name}");
        if (Vault.Double is null && answer.Status is 404 or 405) Assert.Ignore($"This Vault has no namespaces: it answered {answer}.");
        answer.Required();
        return name;
    }

    private async Task<(VaultAnswer Child, VaultAnswer Secret)> IssueAsync()
    {
        var child = await MakeChildAsync(_role, client: Team);
        return (child, (await AskLeasedAsync(_mount, child.ClientToken, Team)).Required());
    }
}
