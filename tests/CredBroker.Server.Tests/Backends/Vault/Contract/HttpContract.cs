using System.Net;
using CredBroker.Server.Tests.Backends.Vault.Contract.Forms;
using CredBroker.Testing.Vault;

namespace CredBroker.Server.Tests.Backends.Vault.Contract;

/// <summary>How Vault answers, whatever it is asked.</summary>
[TestFixtureSource(typeof(VaultForms), nameof(VaultForms.All))]
public sealed class HttpContract(VaultForm form) : VaultContract(form)
{
    [TearDown]
    public void MakeWell()
    {
        if (Vault?.Double is not { } vault) return;
        vault.Faults.Clear();
        (vault.IsSealed, vault.IsInitialised, vault.HealthStatus) = (false, true, null);
        vault.Activate();
    }

    [Test]
    public async Task Token_Missing_Refused()
    {
        var answer = await Root.As(null).PostAsync("sys/leases/lookup", new { lease_id = "x" });

        // Older ones say 400 "missing client token".
        Assert.That(answer.Status, Is.EqualTo((int)HttpStatusCode.Forbidden).Or.EqualTo((int)HttpStatusCode.BadRequest));
        Assert.That(answer.Errors, Is.Not.Empty);
    }

    [Test]
    public async Task Token_ThatNeverWas_Denied() =>
        AssertError(await Root.As("hvs.neverwasneverwasneverwas").PostAsync("sys/leases/lookup", new { lease_id = "x" }), HttpStatusCode.Forbidden, "permission denied");

    [Test]
    public async Task Path_WithoutHandler_NotFoundWithErrors()
    {
        var answer = await Root.GetAsync($"{NewName("nowhere")}/creds/x");

        AssertError(answer, HttpStatusCode.NotFound);
        Assert.That(answer.Body?["errors"], Is.Not.Null);
    }

    [Test]
    public async Task Health_Active_Ok() => Assert.That((await Root.As(null).GetAsync("sys/health")).Status, Is.EqualTo((int)HttpStatusCode.OK));

    [Test]
    public async Task Reply_Wrapped_FetchedOnce()
    {
        var wrapped = (await Root.PostWrappedAsync("auth/token/create", new { ttl = "5m", policies = new[] { "default" } }, TimeSpan.FromMinutes(1))).Required();

        Assert.That(wrapped.ClientToken, Is.Empty);
        var unwrapped = await Root.As((string?)wrapped.WrapInfo["token"]).PutAsync("sys/wrapping/unwrap");
        Assert.That(unwrapped.ClientToken, Is.Not.Empty);
        AssertError(await Root.As((string?)wrapped.WrapInfo["token"]).PostAsync("sys/wrapping/unwrap"), HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Sealed_EverythingButHealth_ServiceUnavailable()
    {
        var vault = RequireDouble();
        vault.IsSealed = true;

        AssertError(await Root.GetAsync("auth/token/lookup-self"), HttpStatusCode.ServiceUnavailable, "sealed");
        AssertError(await Root.As(null).PostAsync("auth/approle/login", new { role_id = "x" }), HttpStatusCode.ServiceUnavailable, "sealed");
        Assert.That((await Root.GetAsync("sys/health")).Status, Is.EqualTo((int)HttpStatusCode.ServiceUnavailable));
    }

    [Test]
    public async Task Sealed_WhileATokenEnds_MadeUpForAfterwards()
    {
        var vault = RequireDouble();
        var mount = await MountLeasedAsync();
        var child = await MakeChildAsync(await MakeTokenRoleAsync(await AllowAsync(mount)), ttl: "2s");
        var secret = await AskLeasedAsync(mount, child.ClientToken);
        vault.IsSealed = true;
        await Vault.PassAsync(TimeSpan.FromSeconds(5));
        Assert.That(vault.Leases.Select(lease => lease.Id), Does.Contain(secret.LeaseId));

        vault.IsSealed = false;

        await UntilAsync(() => IsRevokedAsync(mount, secret), "the certificate is revoked");
    }

    [TestCase(true, true, 503), TestCase(false, false, 501)]
    public async Task Health_NotServing_SaysWhy(bool isInitialised, bool isSealed, int status)
    {
        var vault = RequireDouble();
        (vault.IsInitialised, vault.IsSealed) = (isInitialised, isSealed);

        Assert.That((await Root.As(null).GetAsync("sys/health")).Status, Is.EqualTo(status));
    }

    [Test]
    public async Task Standby_Asked_SendsToTheActiveOne()
    {
        var vault = RequireDouble();
        vault.StandBy("http://127.0.0.1:1");

        Assert.That((await Root.GetAsync("sys/health")).Status, Is.EqualTo((int)HttpStatusCode.TooManyRequests));
        Assert.That((await Root.GetAsync("auth/token/lookup-self")).Status, Is.EqualTo((int)HttpStatusCode.TemporaryRedirect));
    }

    private VaultDouble RequireDouble() => Vault.Double ?? throw new IgnoreException("What others use is not sealed or stopped by a test.");
}
