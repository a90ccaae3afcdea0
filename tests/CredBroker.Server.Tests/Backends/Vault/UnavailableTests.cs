using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Faults;
using CredBroker.Testing.Verification;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>
/// Vault fails in every way that it has. The caller is told when to come back, nothing half-issued stays behind, and what needs no Vault
/// goes on.
/// </summary>
[TestFixture, Category("Server")]
internal sealed class UnavailableTests : VaultFixture
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(1);

    /// <summary>Ways to fail, at either of the two calls.</summary>
    private static readonly (string Name, Func<string, VaultFault> Make)[] Ways =
    [
        ("429", path => VaultFault.Status(path, 429, "rate limit quota exceeded")),
        ("503", path => VaultFault.Status(path, 503, "Vault is sealed")),
        ("403", path => VaultFault.Status(path, 403, "permission denied")),
        ("400", path => VaultFault.Status(path, 400, "unknown role")),
        ("404", path => VaultFault.Status(path, 404)),
        ("412", path => VaultFault.Status(path, 412)),
        ("500", path => VaultFault.Status(path, 500, "internal error")),
        ("502", path => VaultFault.Status(path, 502)),
        ("204", VaultFault.Lie),
        ("dropped", VaultFault.Drop),
        ("lost", path => VaultFault.LoseReply(path)),
        ("slow", VaultFault.HoldWork),
    ];

    private static readonly string[] Unknown = ["lost", "slow"];

    public static IEnumerable<TestCaseData> Cases() =>
        from way in Ways
        from path in new[] { VaultPath.CreateToken, VaultPath.Creds }
        // Where nobody knows whether there is a secret there is more to see: below.
        where path == VaultPath.CreateToken || !Unknown.Contains(way.Name)
        select new TestCaseData(way.Make, path).SetArgDisplayNames(way.Name, path);

    [TestCaseSource(nameof(Cases))]
    public async Task Issue_VaultFails_RefusedWithATimeAndNothingStays(Func<string, VaultFault> make, string path)
    {
        var task = await OpenAsync();
        using var fault = Vault.Faults.Add(make(path));

        var refusal = await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));

        Assert.That(Refused.RetryOf(refusal), Is.GreaterThan(TimeSpan.Zero));
        Assert.That(fault.Hits, Is.GreaterThan(0));
        fault.Lift();
        var lease = (await task.ListLeasesAsync()).Single();
        await task.UntilLeaseAsync(lease.Id, LeaseState.Revoked);
        Assert.That((await task.GetLeaseAsync(lease.Id)).EndReason, Is.EqualTo(V1.EndReason.Abandoned));
        Assert.That(Vault.Accounts.Names, Is.Empty);
        Assert.That(Vault.Leases, Is.Empty);
        var issued = await task.IssueAsync(VaultCatalogue.Orders);
        Assert.That(Admits(issued), Is.True);
    }

    [TestCaseSource(nameof(Unknown))]
    public async Task Issue_NobodyKnowsWhetherThereIsASecret_AskedOnceAndEndedWithItsToken(string way)
    {
        var task = await OpenAsync();
        using var fault = Vault.Faults.Add(Ways.Single(known => known.Name == way).Make(VaultPath.Creds));

        await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));

        Assert.That(fault.Hits, Is.EqualTo(1), "what is asked twice is made twice");
        var lease = (await task.ListLeasesAsync()).Single();
        fault.Lift();
        await Eventually.IsTrueAsync(() => Vault.Accounts.Names.Count == 1 || lease.State == LeaseState.Revoked, "the secret came into being");
        Assert.That((await task.GetLeaseAsync(lease.Id)).State, Is.EqualTo(LeaseState.Revoking), "it is not given up before it can have come into being");
        await task.UntilLeaseAsync(lease.Id, LeaseState.Revoked);
        await UntilNothingIsLeftAsync();
    }

    [Test]
    public async Task Issue_RetryAfterOfVault_IsPassedOn()
    {
        var task = await OpenAsync();
        using var fault = Vault.Faults.Add(VaultFault.Status(VaultPath.CreateToken, 429, retryAfter: TimeSpan.FromSeconds(7)));

        var refusal = await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));

        Assert.That(Refused.RetryOf(refusal), Is.EqualTo(TimeSpan.FromSeconds(7)));
    }

    [TestCase("sealed"), TestCase("down"), TestCase("standby")]
    public async Task VaultAway_TemplatesWithoutVault_AsFastAsBefore(string how)
    {
        var task = await OpenAsync();
        await BreakAsync(how);
        await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));
        var start = TimeProvider.System.GetTimestamp();

        var issued = await task.IssueAsync();

        Assert.That(issued.Credential.AccessToken.Value, Is.Not.Empty);
        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(Quick));
        await MendAsync(how);
        await Eventually.IsTrueAsync(() => task.CanIssueAsync(), "Vault-backed templates go on");
    }

    [Test]
    public async Task Issue_Redirected_TheTokenGoesNowhereElse()
    {
        await using var stranger = await VaultDouble.StartAsync();
        var task = await OpenAsync();
        Vault.StandBy(stranger.Address);

        await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));

        Assert.That(stranger.Calls.All, Is.Empty);
    }

    [Test]
    public async Task Refusal_Told_HasNothingOfVaultsWords()
    {
        var task = await OpenAsync();
        using var fault = Vault.Faults.Add(VaultFault.Status(VaultPath.Creds, 500, "dial tcp 10.1.2.3:5432: password=hunter2"));

        var refusal = await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));

        Assert.That(refusal.ToString(), Does.Not.Contain("hunter2").And.Not.Contain("10.1.2.3"));
    }

    [Test]
    public async Task TokenRole_MakesNoOrphans_RefusedAndToldInTheLog()
    {
        var task = await OpenAsync();
        await Bench.SetUp.PutTokenRoleAsync(orphan: false);
        try
        {
            await Refused.WithAsync(StatusCode.Unavailable, "BACKEND_UNAVAILABLE", () => task.IssueAsync(VaultCatalogue.Orders));
        }
        finally
        {
            await Bench.SetUp.PutTokenRoleAsync();
        }

        Assert.That(Broker.Output, Does.Contain("set orphan=true"));
    }

    private async Task BreakAsync(string how)
    {
        if (how == "sealed") Vault.IsSealed = true;
        else if (how == "standby") Vault.StandBy(activeAddress: null);
        else await Vault.GoDownAsync();
    }

    private async Task MendAsync(string how)
    {
        Vault.IsSealed = false;
        Vault.Activate();
        if (how == "down") await Vault.ComeBackAsync();
    }
}
