using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Attestation;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;
using CredBroker.Testing.Verification;
using Grpc.Core;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>How the broker gets in, stays in, and comes back in.</summary>
[TestFixture, Category("Server"), Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LoginTests
{
    private VaultBench _bench = null!;

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
    }

    [Test]
    public async Task Login_TwoThirdsOfItsLife_RenewedAndLeasesLiveOn()
    {
        // A third of it is what a machine that is busy with other things has for one call.
        _bench = await VaultBench.StartAsync(loginTtl: "12s", loginMaxTtl: "1h");
        var task = await (await _bench.StartBrokerAsync()).Calls.OpenAsync();
        await task.IssueAsync(VaultCatalogue.Orders);

        await Eventually.IsTrueAsync(() => Age(_bench.Vault.Calls.Of(VaultPath.Login)[0]) > TimeSpan.FromSeconds(13), "the login would be over", TimeSpan.FromSeconds(40));

        Assert.That(Calls(VaultPath.RenewSelf), Is.GreaterThanOrEqualTo(1));

        Assert.That(Calls(VaultPath.Login), Is.EqualTo(1));
        await task.IssueAsync(VaultCatalogue.Orders);
    }

    [Test]
    public async Task Login_NearItsMaximum_MadeAnewAndChildrenOutliveTheOldOne()
    {
        _bench = await VaultBench.StartAsync(loginTtl: "3s", loginMaxTtl: "4s");
        var task = await (await _bench.StartBrokerAsync()).Calls.OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Orders);

        await Eventually.IsTrueAsync(() => Calls(VaultPath.Login) >= 2, "there has been another login");

        Assert.That(_bench.Vault.Accounts.Names, Does.Contain(issued.Credential.Secret.Values["username"]), "its maker is dead, and it is not");
        await task.IssueAsync(VaultCatalogue.Orders);
        Assert.That((await EndAsync(task)).Confirmed, Is.EqualTo(2));
    }

    [Test]
    public async Task Login_RevokedByAnOperator_NextCallLogsInAgain()
    {
        _bench = await VaultBench.StartAsync();
        var task = await (await _bench.StartBrokerAsync()).Calls.OpenAsync();
        await task.IssueAsync(VaultCatalogue.Orders);
        // Not so soon that the broker takes its new login for what is wrong.
        await Eventually.IsTrueAsync(() => Age(_bench.Vault.Calls.Of(VaultPath.Login)[0]) > TimeSpan.FromSeconds(6), "the login is no new one");
        foreach (var login in _bench.Vault.Tokens.Where(token => token.Path == "auth/approle/login"))
            await _bench.Root.PutAsync("auth/token/revoke-accessor", new { accessor = login.Accessor });

        var issued = await task.IssueAsync(VaultCatalogue.Orders);

        Assert.That(_bench.Vault.Accounts.Names, Does.Contain(issued.Credential.Secret.Values["username"]));
        Assert.That(Calls(VaultPath.Login), Is.EqualTo(2));
    }

    [Test]
    public async Task Login_Refused_UnavailableUntilTheSecretIdIsGood()
    {
        _bench = await VaultBench.StartAsync();
        var file = _bench.Site.FileOf($"secret-id-{VaultBench.MainCluster}");
        await File.WriteAllTextAsync(file, Guid.NewGuid().ToString());
        var broker = await _bench.StartBrokerAsync();
        var task = await broker.Calls.OpenAsync();
        var refusal = await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));
        Assert.That(Refused.RetryOf(refusal), Is.GreaterThan(TimeSpan.Zero));
        Assert.That((await task.IssueAsync()).Lease.State, Is.EqualTo(LeaseState.Active), "what needs no Vault is issued");

        await File.WriteAllTextAsync(file, _bench.SetUp.SecretId);

        await Eventually.IsTrueAsync(() => task.CanIssueAsync(), "the broker is in");
        Assert.That(broker.Output, Does.Contain("Cannot log in to Vault main").And.Not.Contain(_bench.SetUp.SecretId));
    }

    [Test]
    public async Task Login_VaultAwayAtTheStart_BrokerStartsAndGoesOnOnceItIsThere()
    {
        _bench = await VaultBench.StartAsync();
        await _bench.Vault.GoDownAsync();
        var task = await (await _bench.StartBrokerAsync()).Calls.OpenAsync();
        await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));

        await _bench.Vault.ComeBackAsync();

        await Eventually.IsTrueAsync(() => task.CanIssueAsync(), "the broker is in");
    }

    [TestCase("jwt"), TestCase("kubernetes")]
    public async Task Login_ByASignedToken_ReadAnewEachTime(string method)
    {
        _bench = await VaultBench.StartAsync();
        using var key = TestSigningKey.For("ES256");
        await MakeLoginAsync(method, key);
        var file = _bench.Site.FileOf("login.jwt");
        await File.WriteAllTextAsync(file, "not a token");
        UseLogin(method == "jwt" ? "Jwt" : "Kubernetes", ("LoginRole", "credbroker"), ("JwtFile", file));
        var task = await (await _bench.StartBrokerAsync()).Calls.OpenAsync();
        await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));

        await File.WriteAllTextAsync(file, Sign(key));

        await Eventually.IsTrueAsync(() => task.CanIssueAsync(), "the broker is in");
    }

    [Test]
    public async Task Login_ByATokenFile_FollowsTheFile()
    {
        _bench = await VaultBench.StartAsync();
        var file = _bench.Site.FileOf("vault-token");
        await File.WriteAllTextAsync(file, await MakeTokenAsync());
        UseLogin("TokenFile", ("TokenFile", file));
        var task = await (await _bench.StartBrokerAsync()).Calls.OpenAsync();
        await task.IssueAsync(VaultCatalogue.Orders);

        await File.WriteAllTextAsync(file, await MakeTokenAsync());
        foreach (var old in _bench.Vault.Tokens.Where(token => token.Meta.GetValueOrDefault("of") == "the file").OrderBy(token => token.ExpiresAt).Take(1))
            await _bench.Root.PutAsync("auth/token/revoke-accessor", new { accessor = old.Accessor });

        await Eventually.IsTrueAsync(() => task.CanIssueAsync(), "the broker calls with the new token");
    }

    private int Calls(string path) => _bench.Vault.Calls.Of(path).Count;

    private static TimeSpan Age(Testing.Vault.Calls.VaultCall call) => TimeProvider.System.GetUtcNow() - call.At;

    private void UseLogin(string method, params (string Name, string Value)[] settings)
    {
        foreach (var name in new[] { "RoleId", "SecretIdFile" }) _bench.Set(0, name, null);
        _bench.Set(0, "Login", method);
        foreach (var (name, value) in settings) _bench.Set(0, name, value);
    }

    private async Task MakeLoginAsync(string method, TestSigningKey key)
    {
        string[] keys = [PemEncoding.WriteString("PUBLIC KEY", key.PublicKeyInfo())];
        await _bench.Root.PutAsync($"sys/auth/{method}", new { type = method });
        await _bench.Root.PutAsync($"auth/{method}/config", new { jwt_validation_pubkeys = keys, pem_keys = keys });
        await _bench.Root.PutAsync($"auth/{method}/role/credbroker", new
        {
            role_type = "jwt",
            user_claim = "sub",
            bound_audiences = "vault",
            bound_service_account_names = "credbroker",
            bound_service_account_namespaces = "brokers",
            token_policies = BrokerInVault.BrokerPolicy,
            token_ttl = "1h",
        });
    }

    private static string Sign(TestSigningKey key)
    {
        var now = TimeProvider.System.GetUtcNow();
        var claims = new JsonObject { ["sub"] = "system:serviceaccount:brokers:credbroker", ["aud"] = "vault", ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds() };
        return TestJws.Sign(new JsonObject { ["alg"] = key.Algorithm }.ToJsonString(), claims.ToJsonString(), key);
    }

    private async Task<string> MakeTokenAsync() =>
        (await _bench.Root.PutAsync("auth/token/create", new { policies = new[] { BrokerInVault.BrokerPolicy }, ttl = "1h", meta = new { of = "the file" } })).ClientToken;

    private static async Task<TaskReceipt> EndAsync(OpenedTask task) => (await task.Calls.Tasks.EndTaskAsync(
        new EndTaskRequest { Wait = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(20)) }, task.Auth)).Receipt;
}
