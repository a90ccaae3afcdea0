using System.Net;
using CredBroker.Server.Tests.Backends.Vault.Contract.Forms;
using CredBroker.Testing.Stores;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Server.Tests.Backends.Vault.Contract;

/// <summary>Dynamic roles of a real PostgreSQL.</summary>
[TestFixtureSource(typeof(VaultForms), nameof(VaultForms.All))]
public sealed class DatabaseContract(VaultForm form) : VaultContract(form)
{
    private const string Connection = "orders";
    private const string Create = """CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';""";
    private const string EndSessions = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}';""";
    private const string Drop = """DROP ROLE IF EXISTS "{{name}}";""";

    private PostgresServerProcess _postgres = null!;
    private string _mount = "";

    [OneTimeSetUp]
    public async Task SetUpAsync()
    {
        _postgres = await SharedPostgres.GetAsync();
        _mount = NewName("database");
        await Root.PutAsync($"sys/mounts/{_mount}", new { type = "database" });
        await Root.PutAsync(
            $"{_mount}/config/{Connection}",
            new
            {
                plugin_name = "postgresql-database-plugin",
                connection_url = _postgres.VaultConnectionUrl,
                allowed_roles = "*",
                username = PostgresServerProcess.Administrator,
                password = _postgres.Password,
            });
    }

    [Test]
    public async Task Creds_Asked_RoleThatGetsInUntilItsLeaseIsRevoked()
    {
        var role = await MakeRoleAsync();
        var (_, secret) = await IssueAsync(role);
        var (name, password) = SecretOf(secret);

        Assert.That(secret.LeaseId, Does.StartWith($"{_mount}/creds/{role}/"));
        Assert.That(secret.Renewable, Is.True);
        Assert.That(secret.LeaseDuration, Is.EqualTo(TimeSpan.FromMinutes(10)));
        Assert.That(await _postgres.AdmitsAsync(name, password), Is.True);

        await RevokeLeaseAsync(secret.LeaseId);

        Assert.That(await _postgres.AdmitsAsync(name, password), Is.False);
        Assert.That(await _postgres.DynamicRolesAsync(), Does.Not.Contain(name));
    }

    [Test]
    public async Task Creds_AskedTwice_TwoRoles()
    {
        var role = await MakeRoleAsync();
        var child = await MakeChildAsync(await MakeTokenRoleAsync(await AllowAsync(_mount)));

        var names = new[] { await AskAsync(role, child), await AskAsync(role, child) }.Select(secret => SecretOf(secret).Name).ToArray();

        Assert.That(names[0], Is.Not.EqualTo(names[1]), "a request that is sent again makes another secret");
    }

    [Test]
    public async Task Renew_BeyondTheRolesMaximum_CutWithAWarning()
    {
        var role = await MakeRoleAsync(ttl: "10m", maxTtl: "15m");
        var (_, secret) = await IssueAsync(role);

        var within = await Root.PutAsync("sys/leases/renew", new { lease_id = secret.LeaseId, increment = "12m" });
        var beyond = await Root.PutAsync("sys/leases/renew", new { lease_id = secret.LeaseId, increment = "1h" });

        Assert.That(within.LeaseDuration, Is.EqualTo(TimeSpan.FromMinutes(12)).Within(TimeSpan.FromSeconds(1)));
        Assert.That(beyond.LeaseDuration, Is.LessThanOrEqualTo(TimeSpan.FromMinutes(15)));
        Assert.That(beyond.Warnings, Is.Not.Empty);
    }

    [Test]
    public async Task Role_MaximumBelowItsDefault_CutsTheFirstLease()
    {
        var role = await MakeRoleAsync(ttl: "5m", maxTtl: "5m");
        var (_, secret) = await IssueAsync(role);

        Assert.That(secret.LeaseDuration, Is.LessThanOrEqualTo(TimeSpan.FromMinutes(5)));
        Assert.That((long?)(await Root.GetAsync($"{_mount}/roles/{role}")).Required().Data["max_ttl"], Is.EqualTo(300));
    }

    [Test]
    public async Task Accessor_RevokedWhileASecretIsMade_TheSecretComesAndStays()
    {
        // Slow by the database itself, so that a real Vault is held up too.
        var role = await MakeRoleAsync(creation: "SELECT pg_sleep(2); " + Create);
        var child = await MakeChildAsync(await MakeTokenRoleAsync(await AllowAsync(_mount)));
        var asked = AskAsync(role, child);
        await UntilBusyAsync();

        Assert.That((await RevokeAccessorAsync(child.Accessor)).IsDone, Is.True);

        var secret = (await asked).Required();
        var (name, password) = SecretOf(secret);
        Assert.That(await _postgres.AdmitsAsync(name, password), Is.True, "its token is dead, and it is not");
        Assert.That(await KnowsLeaseAsync(secret.LeaseId), Is.True);
        await RevokeLeaseAsync(secret.LeaseId);
        Assert.That(await _postgres.AdmitsAsync(name, password), Is.False);
    }

    [Test]
    public async Task Revoke_DatabaseRefuses_BadRequestAndTheLeaseStands()
    {
        var role = await MakeRoleAsync(revocation: "SELECT no_such_function();");
        var (_, secret) = await IssueAsync(role);

        AssertError(await RevokeLeaseAsync(secret.LeaseId), HttpStatusCode.BadRequest, "failed to revoke");

        Assert.That(await KnowsLeaseAsync(secret.LeaseId), Is.True);
        Assert.That((await Root.PostAsync($"sys/leases/revoke-force/{_mount}/creds/{role}")).IsDone, Is.True);
        Assert.That(await KnowsLeaseAsync(secret.LeaseId), Is.False);
        Assert.That(await _postgres.DynamicRolesAsync(), Does.Contain(SecretOf(secret).Name), "force abandons the credential");
        await _postgres.QueryAsync($"DROP ROLE \"{SecretOf(secret).Name}\"");
    }

    [Test]
    public async Task Revoke_ByTheDefaultStatements_OpenSessionsLiveOn()
    {
        var (_, secret) = await IssueAsync(await MakeRoleAsync());
        var (name, password) = SecretOf(secret);
        await using var session = _postgres.OpenSession(name, password);
        Assert.That(await session.IsAliveAsync(), Is.True);

        await RevokeLeaseAsync(secret.LeaseId);

        Assert.That(await session.IsAliveAsync(), Is.True);
    }

    [Test]
    public async Task Revoke_ByStatementsThatEndSessions_OpenSessionsAreEnded()
    {
        var (_, secret) = await IssueAsync(await MakeRoleAsync(revocation: EndSessions + " " + Drop));
        var (name, password) = SecretOf(secret);
        await using var session = _postgres.OpenSession(name, password);
        Assert.That(await session.IsAliveAsync(), Is.True);

        await RevokeLeaseAsync(secret.LeaseId);

        Assert.That(await session.IsAliveAsync(), Is.False);
        Assert.That(await _postgres.DynamicRolesAsync(), Does.Not.Contain(name));
    }

    [Test]
    public async Task Token_Ends_ItsRoleGoesWithIt()
    {
        var (_, secret) = await IssueAsync(await MakeRoleAsync(), ttl: "3s");
        var (name, password) = SecretOf(secret);
        Assert.That(await _postgres.AdmitsAsync(name, password), Is.True);

        await UntilAsync(async () => !(await _postgres.DynamicRolesAsync()).Contains(name), "the role is gone");
    }

    private async Task<string> MakeRoleAsync(string ttl = "10m", string maxTtl = "1h", string creation = Create, string revocation = "")
    {
        var role = NewName("role");
        var body = new Dictionary<string, object> { ["db_name"] = Connection, ["creation_statements"] = creation, ["default_ttl"] = ttl, ["max_ttl"] = maxTtl };
        if (revocation.Length > 0) body["revocation_statements"] = revocation;
        await Root.PutAsync($"{_mount}/roles/{role}", body);
        return role;
    }

    private async Task<(VaultAnswer Child, VaultAnswer Secret)> IssueAsync(string role, string ttl = "10m")
    {
        var child = await MakeChildAsync(await MakeTokenRoleAsync(await AllowAsync(_mount)), ttl);
        return (child, (await AskAsync(role, child)).Required());
    }

    private Task<VaultAnswer> AskAsync(string role, VaultAnswer child) => Root.As(child.ClientToken).GetAsync($"{_mount}/creds/{role}");

    private static (string Name, string Password) SecretOf(VaultAnswer secret) => ((string)secret.Data["username"]!, (string)secret.Data["password"]!);

    private Task UntilBusyAsync() => UntilAsync(
        async () => await _postgres.QueryAsync("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid() AND state = 'active'") != "0",
        "the database is at work");
}
