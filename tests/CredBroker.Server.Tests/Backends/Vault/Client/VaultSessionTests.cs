using CredBroker.Server.Backends.Vault;
using CredBroker.Server.Backends.Vault.Client;
using CredBroker.Server.Tests.Hosting;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Backends.Vault.Client;

[TestFixture, Category("Unit")]
public sealed class VaultSessionTests
{
    private static readonly VaultException Away = new(VaultFailure.Away, "It is sealed.");
    private static readonly VaultException Denied = VaultException.Answered("POST auth/approle/login", 403, ["permission denied"]);

    private ScratchFolder _folder = null!;
    private FakeTimeProvider _time = null!;
    private FakeVaultAuth _vault = null!;
    private FakeLogger<VaultSession> _log = null!;
    private VaultSession _session = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new ScratchFolder();
        _time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        _vault = new FakeVaultAuth(_time);
        _log = new FakeLogger<VaultSession>();
        File.WriteAllText(_folder.File("secret-id"), "s3cr3t-id\n");
        _session = Session(new VaultClusterOptions { Name = "main", Login = VaultLoginMethod.AppRole, RoleId = "role", SecretIdFile = _folder.File("secret-id") });
    }

    [TearDown]
    public void TearDown()
    {
        _session.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task GetToken_Twice_OneLogin()
    {
        Assert.That(await GetAsync(), Is.EqualTo("token-1"));
        Assert.That(await GetAsync(), Is.EqualTo("token-1"));

        Assert.That(_vault.Calls, Is.EqualTo(new[] { "login approle role_id=role secret_id=s3cr3t-id" }));
        Assert.That(_session.IsLoggedIn, Is.True);
    }

    [Test]
    public async Task GetToken_ManyAtOnce_OneLogin()
    {
        var gate = new TaskCompletionSource();
        _vault.Gate = gate.Task;
        var tokens = Enumerable.Range(0, 20).Select(_ => _session.GetTokenAsync(CancellationToken.None).AsTask()).ToList();
        gate.SetResult();

        Assert.That((await Task.WhenAll(tokens)).Distinct().ToList(), Has.Count.EqualTo(1));
        Assert.That(_vault.Calls, Has.Count.EqualTo(1));
    }

    [TestCase(VaultLoginMethod.Jwt, null, "login jwt role=credbroker jwt=ey.j.wt")]
    [TestCase(VaultLoginMethod.Kubernetes, null, "login kubernetes role=credbroker jwt=ey.j.wt")]
    [TestCase(VaultLoginMethod.Kubernetes, "k8s/prod", "login k8s/prod role=credbroker jwt=ey.j.wt")]
    public async Task GetToken_ByJwt_SendsRoleAndJwt(VaultLoginMethod method, string? mount, string call)
    {
        File.WriteAllText(_folder.File("jwt"), "ey.j.wt");
        using var session = Session(new VaultClusterOptions { Name = "main", Login = method, LoginMount = mount, LoginRole = "credbroker", JwtFile = _folder.File("jwt") });

        await session.GetTokenAsync(CancellationToken.None);

        Assert.That(_vault.Calls, Is.EqualTo(new[] { call }));
    }

    [Test]
    public async Task Keep_BeforeTwoThirds_Nothing()
    {
        await GetAsync();
        _time.Advance(TimeSpan.FromMinutes(39));

        await KeepAsync();

        Assert.That(_vault.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Keep_AtTwoThirds_RenewsAndCountsAnew()
    {
        await GetAsync();
        _time.Advance(TimeSpan.FromMinutes(40));
        await KeepAsync();
        _time.Advance(TimeSpan.FromMinutes(39));
        await KeepAsync();

        Assert.That(_vault.Calls[1..], Is.EqualTo(new[] { "renew token-1" }));
        Assert.That(await GetAsync(), Is.EqualTo("token-1"));
    }

    [TestCase(false, 60, 1)]
    [TestCase(true, 29, 2)]
    public async Task Keep_CannotBeRenewedForLong_LogsInAnew(bool isRenewable, int renewedMinutes, int calls)
    {
        _vault.IsRenewable = isRenewable;
        _vault.RenewedLife = TimeSpan.FromMinutes(renewedMinutes);
        await GetAsync();
        _time.Advance(TimeSpan.FromMinutes(40));

        await KeepAsync();

        Assert.That(_vault.Calls, Has.Count.EqualTo(1 + calls));
        Assert.That(await GetAsync(), Is.EqualTo("token-2"));
    }

    [Test]
    public async Task Keep_VaultAway_TheOldTokenServesUntilItsEnd()
    {
        await GetAsync();
        _vault.Fault = Away;
        _time.Advance(TimeSpan.FromMinutes(40));
        await KeepAsync();
        Assert.That(await GetAsync(), Is.EqualTo("token-1"));

        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.That(_session.IsLoggedIn, Is.False);
        Assert.That((await FaultAsync()).Failure, Is.EqualTo(VaultFailure.NotSent), "what was to be called with it was not sent");
    }

    [Test]
    public async Task Keep_LoginEnded_LogsInAgainOnceVaultIsBack()
    {
        await GetAsync();
        _vault.Fault = Away;
        _time.Advance(TimeSpan.FromHours(2));
        await KeepAsync();
        _vault.Fault = null;
        _time.Advance(TimeSpan.FromSeconds(1));

        await KeepAsync();

        Assert.That(_session.IsLoggedIn, Is.True);
        Assert.That(await GetAsync(), Is.EqualTo("token-2"));
    }

    [Test]
    public async Task GetToken_Denied_AskedOnceASecondAndToldOnce()
    {
        _vault.Fault = Denied;
        for (var i = 0; i < 5; i++) await FaultAsync();
        Assert.That(_vault.Calls, Has.Count.EqualTo(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        await FaultAsync();

        Assert.That(_vault.Calls, Has.Count.EqualTo(2));
        Assert.That(_log.Collector.GetSnapshot().Select(line => line.Message), Is.EqualTo(new[]
        {
            "Cannot log in to Vault main; it is tried again: POST auth/approle/login was answered with 403: permission denied",
        }));
    }

    [Test]
    public async Task GetToken_NoFile_TellsWhichAndNothingOfIt()
    {
        File.Delete(_folder.File("secret-id"));

        Assert.That((await FaultAsync()).Message, Does.Contain($"The file {_folder.File("secret-id")} cannot be read"));
        Assert.That(_vault.Calls, Is.Empty);
    }

    [Test]
    public async Task Replace_TokenRefused_AnotherLogin()
    {
        var refused = await _session.GetTokenAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.That((await _session.ReplaceAsync(refused, CancellationToken.None))?.Reveal(), Is.EqualTo("token-2"));
        Assert.That((await _session.ReplaceAsync(refused, CancellationToken.None))?.Reveal(), Is.EqualTo("token-2"), "somebody else has replaced it already");
        Assert.That(_vault.Calls, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Replace_TokenJustMade_NotTheFault()
    {
        var refused = await _session.GetTokenAsync(CancellationToken.None);

        Assert.That(await _session.ReplaceAsync(refused, CancellationToken.None), Is.Null);
        Assert.That(_vault.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Keep_TokenFileChanged_TakesTheNewToken()
    {
        File.WriteAllText(_folder.File("token"), "first");
        using var session = Session(new VaultClusterOptions { Name = "main", Login = VaultLoginMethod.TokenFile, TokenFile = _folder.File("token") });
        Assert.That((await session.GetTokenAsync(CancellationToken.None)).Reveal(), Is.EqualTo("first"));
        await session.KeepAsync(CancellationToken.None);
        File.WriteAllText(_folder.File("token"), "second\n");

        await session.KeepAsync(CancellationToken.None);

        Assert.That((await session.GetTokenAsync(CancellationToken.None)).Reveal(), Is.EqualTo("second"));
        Assert.That(_vault.Calls, Is.EqualTo(new[] { "lookup first", "lookup second" }));
    }

    [Test]
    public async Task Keep_TokenWithoutEnd_IsKept()
    {
        _vault.Life = TimeSpan.Zero;
        await GetAsync();
        _time.Advance(TimeSpan.FromDays(400));

        await KeepAsync();

        Assert.That(_session.IsLoggedIn, Is.True);
        Assert.That(_vault.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Log_OfEverything_HoldsNoSecret()
    {
        await GetAsync();
        _vault.Fault = Denied;
        _time.Advance(TimeSpan.FromMinutes(40));
        await KeepAsync();

        var told = string.Join('\n', _log.Collector.GetSnapshot().Select(line => line.Message + line.Exception));
        Assert.That(told, Is.Not.Empty.And.Not.Contain("s3cr3t-id").And.Not.Contain("token-1"));
    }

    private VaultSession Session(VaultClusterOptions options) => new(options, _vault, _time, _log);

    private async Task<string> GetAsync() => (await _session.GetTokenAsync(CancellationToken.None)).Reveal();

    private Task KeepAsync() => _session.KeepAsync(CancellationToken.None);

    private async Task<VaultException> FaultAsync()
    {
        try
        {
            await _session.GetTokenAsync(CancellationToken.None);
        }
        catch (VaultException fault)
        {
            return fault;
        }

        throw new AssertionException("There was a token.");
    }
}
