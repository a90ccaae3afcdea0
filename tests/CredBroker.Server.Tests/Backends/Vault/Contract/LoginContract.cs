using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CredBroker.Server.Tests.Backends.Vault.Contract.Forms;
using CredBroker.Testing.Attestation;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Server.Tests.Backends.Vault.Contract;

/// <summary>How the broker itself gets a token, keeps it and gets another.</summary>
[TestFixtureSource(typeof(VaultForms), nameof(VaultForms.All))]
public sealed class LoginContract(VaultForm form) : VaultContract(form)
{
    private const string Role = "credbroker";
    private string _approle = "";

    [OneTimeSetUp]
    public async Task SetUpAsync()
    {
        _approle = NewName("approle");
        await Root.PutAsync($"sys/auth/{_approle}", new { type = "approle" });
    }

    [Test]
    public async Task Approle_GoodIds_RenewableTokenOfItsRole()
    {
        var (roleId, secretId) = await MakeRoleAsync(ttl: "20m", maxTtl: "30m");

        var login = await LogInAsync(roleId, secretId);

        Assert.That(login.Required().ClientToken, Is.Not.Empty);
        Assert.That(login.Accessor, Is.Not.Empty);
        Assert.That(login.AuthDuration, Is.EqualTo(TimeSpan.FromMinutes(20)));
        Assert.That((bool?)login.Auth["renewable"], Is.True);
        Assert.That((await Root.As(login.ClientToken).GetAsync("auth/token/lookup-self")).IsDone, Is.True);
    }

    [Test]
    public async Task Approle_WrongSecretId_BadRequest()
    {
        var (roleId, _) = await MakeRoleAsync();

        AssertError(await LogInAsync(roleId, Guid.NewGuid().ToString()), HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Approle_SecretIdDestroyed_BadRequest()
    {
        var (roleId, secretId) = await MakeRoleAsync();
        await Root.PutAsync($"auth/{_approle}/role/{Role}/secret-id/destroy", new { secret_id = secretId });

        AssertError(await LogInAsync(roleId, secretId), HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task RenewSelf_OfALogin_CutToItsMaximumWithAWarning()
    {
        var (roleId, secretId) = await MakeRoleAsync(ttl: "20m", maxTtl: "30m");
        var self = Root.As((await LogInAsync(roleId, secretId)).ClientToken);

        var renewed = await self.PutAsync("auth/token/renew-self", new { increment = "25m" });
        var beyond = await self.PutAsync("auth/token/renew-self", new { increment = "2h" });

        Assert.That(renewed.AuthDuration, Is.EqualTo(TimeSpan.FromMinutes(25)));
        Assert.That(beyond.AuthDuration, Is.LessThanOrEqualTo(TimeSpan.FromMinutes(30)));
        Assert.That(beyond.Warnings, Is.Not.Empty);
    }

    [Test]
    public async Task Login_Expired_DeniedAndAnotherLoginHelps()
    {
        var (roleId, secretId) = await MakeRoleAsync(ttl: "2s", maxTtl: "3s");
        var self = Root.As((await LogInAsync(roleId, secretId)).ClientToken);

        await UntilAsync(async () => (await self.GetAsync("auth/token/lookup-self")).Status == (int)HttpStatusCode.Forbidden, "the login is dead");

        AssertError(await self.PostAsync("auth/token/renew-self"), HttpStatusCode.Forbidden);
        Assert.That((await LogInAsync(roleId, secretId)).IsDone, Is.True);
    }

    [Test]
    public async Task Jwt_SignedForItsRole_Token()
    {
        var (mount, key) = await MakeJwtAsync();

        var login = await Root.As(null).PostAsync($"auth/{mount}/login", new { role = Role, jwt = Sign(key, "spiffe://acme.test/credbroker") });

        Assert.That(login.Required().ClientToken, Is.Not.Empty);
        Assert.That(login.AuthDuration, Is.EqualTo(TimeSpan.FromMinutes(20)));
    }

    [TestCase("spiffe://acme.test/credbroker", "elsewhere"), TestCase("spiffe://acme.test/somebody", "vault")]
    public async Task Jwt_ForSomebodyElse_Refused(string subject, string audience)
    {
        var (mount, key) = await MakeJwtAsync();

        var login = await Root.As(null).PostAsync($"auth/{mount}/login", new { role = Role, jwt = Sign(key, subject, audience) });

        Assert.That(login.Status, Is.EqualTo((int)HttpStatusCode.BadRequest).Or.EqualTo((int)HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Jwt_OfAnotherKey_Refused()
    {
        var (mount, _) = await MakeJwtAsync();
        using var stranger = TestSigningKey.For("ES256");

        var login = await Root.As(null).PostAsync($"auth/{mount}/login", new { role = Role, jwt = Sign(stranger, "spiffe://acme.test/credbroker") });

        Assert.That(login.Status, Is.EqualTo((int)HttpStatusCode.BadRequest).Or.EqualTo((int)HttpStatusCode.Forbidden));
    }

    [TestCase("credbroker", true), TestCase("somebody", false)]
    public async Task Kubernetes_ServiceAccount_TokenForTheBoundOneOnly(string account, bool getsIn)
    {
        if (Vault.Double is null) Assert.Ignore("A real Vault asks a Kubernetes API server about the account, and there is none.");
        var mount = NewName("kubernetes");
        using var key = TestSigningKey.For("ES256");
        await Root.PutAsync($"sys/auth/{mount}", new { type = "kubernetes" });
        await Root.PutAsync($"auth/{mount}/config", new { kubernetes_host = "https://127.0.0.1:6443", pem_keys = new[] { PemOf(key) } });
        await Root.PutAsync(
            $"auth/{mount}/role/{Role}", new { bound_service_account_names = "credbroker", bound_service_account_namespaces = "brokers", token_ttl = "20m" });

        var login = await Root.As(null).PostAsync($"auth/{mount}/login", new { role = Role, jwt = Sign(key, $"system:serviceaccount:brokers:{account}") });

        if (getsIn) Assert.That(login.Required().ClientToken, Is.Not.Empty);
        else AssertError(login, HttpStatusCode.Forbidden, "permission denied");
    }

    private async Task<(string RoleId, string SecretId)> MakeRoleAsync(string ttl = "20m", string maxTtl = "1h")
    {
        await Root.PutAsync($"auth/{_approle}/role/{Role}", new { token_ttl = ttl, token_max_ttl = maxTtl, token_policies = "default" });
        var roleId = (string?)(await Root.GetAsync($"auth/{_approle}/role/{Role}/role-id")).Required().Data["role_id"];
        var secretId = (string?)(await Root.PutAsync($"auth/{_approle}/role/{Role}/secret-id")).Data["secret_id"];
        return (roleId!, secretId!);
    }

    private Task<VaultAnswer> LogInAsync(string roleId, string secretId) =>
        Root.As(null).PostAsync($"auth/{_approle}/login", new { role_id = roleId, secret_id = secretId });

    private async Task<(string Mount, TestSigningKey Key)> MakeJwtAsync()
    {
        var mount = NewName("jwt");
        var key = TestSigningKey.For("ES256");
        await Root.PutAsync($"sys/auth/{mount}", new { type = "jwt" });
        await Root.PutAsync($"auth/{mount}/config", new { jwt_validation_pubkeys = new[] { PemOf(key) } });
        await Root.PutAsync(
            $"auth/{mount}/role/{Role}",
            new { role_type = "jwt", user_claim = "sub", bound_audiences = "vault", bound_subject = "spiffe://acme.test/credbroker", token_ttl = "20m", token_policies = "default" });
        return (mount, key);
    }

    private static string PemOf(TestSigningKey key) => PemEncoding.WriteString("PUBLIC KEY", key.PublicKeyInfo());

    private string Sign(TestSigningKey key, string subject, string audience = "vault")
    {
        var now = Vault.Now;
        var header = new JsonObject { ["alg"] = key.Algorithm, ["typ"] = "JWT" };
        var claims = new JsonObject { ["sub"] = subject, ["aud"] = audience, ["iat"] = now.ToUnixTimeSeconds(), ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds() };
        return TestJws.Sign(header.ToJsonString(), claims.ToJsonString(), key);
    }
}
