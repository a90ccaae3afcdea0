using System.Net;
using CredBroker.Server.Tests.Backends.Vault.Contract.Forms;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Server.Tests.Backends.Vault.Contract;

/// <summary>The child tokens that leases hang on.</summary>
[TestFixtureSource(typeof(VaultForms), nameof(VaultForms.All))]
public sealed class TokenContract(VaultForm form) : VaultContract(form)
{
    private string _mount = "";
    private string _policy = "";
    private string _role = "";

    [OneTimeSetUp]
    public async Task SetUpAsync()
    {
        _mount = await MountLeasedAsync();
        _policy = await AllowAsync(_mount);
        _role = await MakeTokenRoleAsync(_policy);
    }

    [Test]
    public async Task Create_ByRole_OrphanOfItsPoliciesAloneWithMeta()
    {
        var child = await MakeChildAsync(_role);
        var known = await Root.PutAsync("auth/token/lookup-accessor", new { accessor = child.Accessor });

        Assert.That(child.ClientToken, Is.Not.Empty);
        Assert.That(child.AuthDuration, Is.EqualTo(TimeSpan.FromMinutes(10)));
        Assert.That((bool?)child.Auth["orphan"], Is.True);
        Assert.That((bool?)known.Data["orphan"], Is.True);
        Assert.That(known.Data["policies"]!.AsArray().Select(policy => (string)policy!), Is.EqualTo(new[] { _policy }));
        Assert.That((string?)known.Data["meta"]!["credbroker_lease"], Is.EqualTo("lse_contract"));
        Assert.That((string?)known.Data["path"], Is.EqualTo($"auth/token/create/{_role}"));
        Assert.That((string?)known.Data["id"], Is.Empty, "who knows the accessor does not know the token");
    }

    [Test]
    public async Task Create_PolicyThatTheRoleDoesNotAllow_BadRequest() =>
        AssertError(await Root.PostAsync($"auth/token/create/{_role}", new { policies = new[] { "root" } }), HttpStatusCode.BadRequest, "must be subset");

    [Test]
    public async Task Create_ByAnOrphanRole_OutlivesItsMaker()
    {
        var (maker, makerAccessor) = await MakeBrokerAsync();
        var orphan = await MakeChildAsync(_role, client: maker);
        var child = await maker.PutAsync("auth/token/create", new { ttl = "10m" });

        await RevokeAccessorAsync(makerAccessor);

        Assert.That(await IsAliveAsync(orphan), Is.True);
        await UntilAsync(async () => !await IsAliveAsync(child), "a child that is no orphan dies with its maker");
    }

    [Test]
    public async Task Create_TtlBeyondItsMaximum_CutWithAWarning()
    {
        var child = await Root.PutAsync($"auth/token/create/{_role}", new { ttl = "1h", explicit_max_ttl = "10m" });

        Assert.That(child.AuthDuration, Is.EqualTo(TimeSpan.FromMinutes(10)));
        Assert.That(string.Join('\n', child.Warnings), Does.Contain("capped"));
    }

    [Test]
    public async Task Create_MaximumAlsoInTheRole_TheLesserHoldsWithAWarning()
    {
        var role = await MakeTokenRoleAsync(_policy, explicitMax: "5m");

        var child = await Root.PutAsync($"auth/token/create/{role}", new { ttl = "1h", explicit_max_ttl = "10m" });

        Assert.That(child.AuthDuration, Is.EqualTo(TimeSpan.FromMinutes(5)));
        Assert.That(child.Warnings, Is.Not.Empty);
    }

    [Test]
    public async Task LastUse_OfAToken_ReturnsNoSecret()
    {
        var child = await Root.PutAsync($"auth/token/create/{_role}", new { ttl = "10m", num_uses = 1 });

        var asked = await AskLeasedAsync(_mount, child.ClientToken);

        AssertError(asked, HttpStatusCode.BadRequest, "one use left");
        Assert.That(asked.LeaseId, Is.Empty);
    }

    [Test]
    public async Task FirstOfTwoUses_ReturnsASecretAndTheTokenStaysRevocable()
    {
        var child = await Root.PutAsync($"auth/token/create/{_role}", new { ttl = "10m", num_uses = 2 });

        var asked = await AskLeasedAsync(_mount, child.ClientToken);

        Assert.That(asked.LeaseId, Is.Not.Empty);
        Assert.That((await RevokeAccessorAsync(child.Accessor)).IsDone, Is.True);
        await UntilAsync(async () => !await KnowsLeaseAsync(asked.LeaseId), "the lease has gone with its token");
    }

    [TestCase("explicit_max_ttl"), TestCase("num_uses")]
    public async Task Batch_WithWhatItCannotHave_BadRequest(string field)
    {
        var body = new Dictionary<string, object> { ["type"] = "batch", ["ttl"] = "5m", [field] = field == "num_uses" ? 2 : "10m" };

        AssertError(await Root.PostAsync($"auth/token/create/{_role}", body), HttpStatusCode.BadRequest, $"batch tokens cannot have \"{field}\" set");
    }

    [Test]
    public async Task Batch_Made_HasNoAccessorAndIsNotRenewed()
    {
        var batch = await Root.PutAsync($"auth/token/create/{_role}", new { type = "batch", ttl = "5m" });

        Assert.That(batch.Accessor, Is.Empty);
        Assert.That((string?)batch.Auth["token_type"], Is.EqualTo("batch"));
        Assert.That((bool?)batch.Auth["renewable"], Is.False);
        Assert.That((await Root.As(batch.ClientToken).PostAsync("auth/token/renew-self")).IsDone, Is.False);
    }

    [Test]
    public async Task RenewAccessor_OfAChild_ExtendsItWithoutTellingTheToken()
    {
        var child = await MakeChildAsync(_role, ttl: "10m");

        var renewed = await Root.PutAsync("auth/token/renew-accessor", new { accessor = child.Accessor, increment = "20m" });

        Assert.That(renewed.AuthDuration, Is.EqualTo(TimeSpan.FromMinutes(20)));
        Assert.That(renewed.ClientToken, Is.Empty);
    }

    [Test]
    public async Task RenewAccessor_BeyondTheRolesMaximum_CutWithAWarning()
    {
        var role = await MakeTokenRoleAsync(_policy, explicitMax: "15m");
        var child = await MakeChildAsync(role, ttl: "10m");

        var renewed = await Root.PutAsync("auth/token/renew-accessor", new { accessor = child.Accessor, increment = "20m" });

        Assert.That(renewed.AuthDuration, Is.LessThanOrEqualTo(TimeSpan.FromMinutes(15)).And.GreaterThan(TimeSpan.FromMinutes(10)));
        Assert.That(renewed.Warnings, Is.Not.Empty);
    }

    [Test]
    public async Task RenewAccessor_BeyondTheMaximumOfTheRequest_IsNotCutByIt()
    {
        var child = await Root.PutAsync($"auth/token/create/{_role}", new { ttl = "5m", explicit_max_ttl = "10m" });

        var renewed = await Root.PutAsync("auth/token/renew-accessor", new { accessor = child.Accessor, increment = "20m" });

        Assert.That(renewed.AuthDuration, Is.EqualTo(TimeSpan.FromMinutes(20)), "only the role's maximum holds for renewals: who renews has to keep to its own");
    }

    [Test]
    public async Task Ttl_Passed_TheTokenIsDenied()
    {
        var child = await MakeChildAsync(_role, ttl: "2s");
        Assert.That(await IsAliveAsync(child), Is.True);

        await UntilAsync(async () => !await IsAliveAsync(child), "the token is dead");

        AssertError(await AskLeasedAsync(_mount, child.ClientToken), HttpStatusCode.Forbidden, "permission denied");
    }

    [Test]
    public async Task RevokeAccessor_OfAChild_DeadAtOnceAndTwiceIsNoError()
    {
        var child = await MakeChildAsync(_role);

        Assert.That((await RevokeAccessorAsync(child.Accessor)).IsDone, Is.True);

        Assert.That(await IsAliveAsync(child), Is.False);
        var again = await RevokeAccessorAsync(child.Accessor);
        // Half done it says "token not found"; else that there is none, as a warning.
        Assert.That(again.IsDone || again.Status == (int)HttpStatusCode.BadRequest, Is.True, again.ToString());
    }

    [Test]
    public async Task RevokeAccessor_ThatNeverWas_SaysSuccess() => Assert.That((await RevokeAccessorAsync("neverwasneverwasneverwas")).IsDone, Is.True);

    [Test]
    public async Task LookupAccessor_ThatIsNot_BadRequest() =>
        AssertError(await Root.PostAsync("auth/token/lookup-accessor", new { accessor = "neverwasneverwasneverwas" }), HttpStatusCode.BadRequest, "invalid accessor");

    [Test]
    public async Task Accessors_Listed_NeedSudo()
    {
        var child = await MakeChildAsync(_role);
        var (plain, _) = await MakeBrokerAsync("""path "auth/token/accessors" { capabilities = ["list"] }""");
        var (sudo, _) = await MakeBrokerAsync("""path "auth/token/accessors*" { capabilities = ["list", "sudo"] }""");

        AssertError(await plain.ListAsync("auth/token/accessors"), HttpStatusCode.Forbidden, "permission denied");
        Assert.That((await sudo.ListAsync("auth/token/accessors")).Required().Keys, Does.Contain(child.Accessor));
    }

    [Test]
    public async Task Child_WithoutDefaultPolicy_MayOnlyWhatItsPolicySays()
    {
        var child = await MakeChildAsync(_role);

        AssertError(await Root.As(child.ClientToken).GetAsync("auth/token/lookup-self"), HttpStatusCode.Forbidden);
        Assert.That((await AskLeasedAsync(_mount, child.ClientToken)).IsDone, Is.True);
    }

    private async Task<bool> IsAliveAsync(VaultAnswer token) =>
        (await Root.PostAsync("auth/token/lookup-accessor", new { accessor = token.Accessor })).IsDone;

    /// <summary>A client with a token of its own that may make children, and its accessor.</summary>
    private async Task<(VaultClient Client, string Accessor)> MakeBrokerAsync(string policy = "")
    {
        var name = NewName("broker");
        await PutPolicyAsync(name, $$"""path "auth/token/create*" { capabilities = ["create", "update"] }""" + "\n" + policy);
        var made = await Root.PutAsync("auth/token/create", new { policies = new[] { name }, ttl = "1h" });
        return (Root.As(made.ClientToken), made.Accessor);
    }
}
