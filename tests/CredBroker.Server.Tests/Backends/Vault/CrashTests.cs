using CredBroker.Protocol.V1;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Faults;
using CredBroker.Testing.Verification;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = CredBroker.Protocol.V1;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>
/// The broker dies between any two steps of an issue, a renewal or an end with Vault behind it. Afterwards no account of ours outlives its TTL,
/// and none is alive whose lease says revoked.
/// </summary>
[TestFixture, Category("Fault")]
internal sealed class CrashTests
{
    private VaultBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await VaultBench.StartAsync();

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null) await _bench.DisposeAsync();
    }

    [Test]
    public async Task AfterIntent_BeforeTheToken_VoidedAndVaultNeverAsked()
    {
        var (task, lease) = await IssueAndDieAsync("after-begin");

        await AssertAbandonedAsync(task, lease);
        Assert.That(_bench.Vault.Calls.Of(VaultPath.CreateToken), Is.Empty);
    }

    [Test]
    public async Task TokenMade_Unrecorded_EmptyAndGoneAtItsTtl()
    {
        var (task, lease) = await IssueAndDieAsync("after-reserve", VaultCatalogue.Short);
        Assert.That(_bench.Vault.Accounts.Names, Is.Empty);

        await AssertAbandonedAsync(task, lease);

        await Eventually.IsTrueAsync(() => _bench.ChildTokens.Count == 0, "it dies at its own TTL");
    }

    [TestCase("after-handle"), TestCase("after-mint"), TestCase("before-commit")]
    public async Task TokenRecorded_NotCommitted_EndedOnceNothingCanBeMadeAnyMore(string fault)
    {
        var (task, lease) = await IssueAndDieAsync(fault);
        Assert.That(_bench.Vault.Accounts.Names, Has.Count.EqualTo(fault == "after-handle" ? 0 : 1));

        await AssertAbandonedAsync(task, lease);

        var handled = _bench.Vault.Calls.Of(VaultPath.CreateToken)[0].At;
        Assert.That(_bench.Vault.Calls.Of(VaultPath.RevokeAccessor).Select(call => call.At), Is.All.GreaterThanOrEqualTo(handled + VaultBench.IntentLife));
        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task SecretAskedFor_ReplyLost_ComesIntoBeingAndIsEnded()
    {
        using var held = _bench.Vault.Faults.Add(VaultFault.HoldWork(VaultPath.Creds));
        var broker = await _bench.StartBrokerAsync();
        var task = await broker.Calls.OpenAsync();
        var issue = task.IssueAsync(VaultCatalogue.Orders);
        await held.Reached;
        await broker.KillAsync();
        await Assert.CatchAsync<RpcException>(() => issue);
        held.Lift();
        await Eventually.IsTrueAsync(() => _bench.Vault.Leases.Count == 1, "the secret is there, and nobody knows of it");

        task = task.At(await _bench.StartBrokerAsync());

        await AssertAbandonedAsync(task, (await task.ListLeasesAsync()).Single());
        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task Committed_ReplyLost_DiesAtItsTtl()
    {
        var (task, lease) = await IssueAndDieAsync("after-commit", VaultCatalogue.Short);

        await task.UntilLeaseAsync(lease.Id, LeaseState.Revoked);

        Assert.That((await task.GetLeaseAsync(lease.Id)).EndReason, Is.EqualTo(V1.EndReason.Expired));
        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task Committed_ReplyLost_RetryGetsAnotherSecretAndTheFirstIsDead()
    {
        var (task, lease) = await IssueAndDieAsync("after-commit", key: "attempt-1");
        var lost = _bench.Vault.Accounts.Names.Single();

        var again = await task.IssueAsync(VaultCatalogue.Orders, key: "attempt-1");

        Assert.That(again.Lease.Id, Is.Not.EqualTo(lease.Id));
        await task.UntilLeaseAsync(lease.Id, LeaseState.Revoked);
        Assert.That(_bench.Vault.Accounts.Names, Does.Not.Contain(lost).And.Contain(again.Credential.Secret.Values["username"]));
    }

    [Test]
    public async Task Renewed_AtVaultAndNotOnRecord_EndsByTheRecord()
    {
        var broker = await _bench.StartBrokerAsync("after-extend");
        var task = await broker.Calls.OpenAsync();
        var issued = await task.IssueAsync(VaultCatalogue.Short, TimeSpan.FromSeconds(3));
        await DieAsync(broker, () => task.Calls.Credentials.RenewAsync(new RenewRequest { LeaseId = issued.Lease.Id, Ttl = Duration.FromTimeSpan(TimeSpan.FromSeconds(4)) }, task.Auth).ResponseAsync);

        task = task.At(await _bench.StartBrokerAsync());

        await task.UntilLeaseAsync(issued.Lease.Id, LeaseState.Revoked);
        Assert.That((await task.GetLeaseAsync(issued.Lease.Id)).ExpiresAt, Is.EqualTo(issued.Lease.ExpiresAt));
        await AssertNothingIsLeftAsync();
    }

    [TestCase("after-seal"), TestCase("after-revoke")]
    public async Task EndingATree_DiesOnTheWay_AnotherGoesOn(string fault)
    {
        var first = await _bench.StartBrokerAsync();
        var parent = await first.Calls.OpenAsync();
        var request = first.Calls.OpenRequest();
        request.ParentTaskToken = parent.Token;
        request.Delegation.Add(new Delegation { Template = VaultCatalogue.Orders });
        var child = await first.Calls.OpenAsync(request);
        string[] leases = [(await parent.IssueAsync(VaultCatalogue.Orders)).Lease.Id, (await child.IssueAsync(VaultCatalogue.Orders)).Lease.Id];
        await first.KillAsync();
        var second = await _bench.StartBrokerAsync(fault);
        await DieAsync(second, () => parent.At(second).EndAsync());

        parent = parent.At(await _bench.StartBrokerAsync());

        foreach (var lease in leases) await parent.UntilLeaseAsync(lease, LeaseState.Revoked);
        await AssertNothingIsLeftAsync();
        await Eventually.IsTrueAsync(async () => (await parent.ReadAsync()).State == TaskState.Ended, "the parent has ended");
    }

    [TestCase("after-claim"), TestCase("after-note"), TestCase("after-backend-revoke")]
    public async Task Revoking_WorkerDies_AnotherTakesItOver(string fault)
    {
        var broker = await _bench.StartBrokerAsync(fault);
        var task = await broker.Calls.OpenAsync();
        var lease = (await task.IssueAsync(VaultCatalogue.Orders)).Lease.Id;
        await DieAsync(broker, () => task.EndAsync());

        task = task.At(await _bench.StartBrokerAsync());

        await task.UntilLeaseAsync(lease, LeaseState.Revoked);
        await AssertNothingIsLeftAsync();
    }

    [TestCase(VaultPath.RevokeAccessor), TestCase(VaultPath.RevokeLease)]
    public async Task Revoking_KilledInTheMiddleOfACall_AnotherTakesItOver(string path)
    {
        var broker = await _bench.StartBrokerAsync();
        var task = await broker.Calls.OpenAsync();
        var lease = (await task.IssueAsync(VaultCatalogue.Orders)).Lease.Id;
        using var held = _bench.Vault.Faults.Add(VaultFault.HoldWork(path));
        await task.EndAsync();
        await held.Reached;
        await broker.KillAsync();
        held.Lift();

        task = task.At(await _bench.StartBrokerAsync());

        await task.UntilLeaseAsync(lease, LeaseState.Revoked);
        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task Store_LosesEverything_VaultEndsItAtTheTtl()
    {
        var broker = await _bench.StartBrokerAsync();
        var task = await broker.Calls.OpenAsync();
        await task.IssueAsync(VaultCatalogue.Short, TimeSpan.FromSeconds(3));
        await broker.KillAsync();

        await _bench.EmptyStoreAsync();

        await AssertNothingIsLeftAsync();
    }

    [TestCase("after-mint"), TestCase("after-commit")]
    public async Task RealDatabase_BrokerDies_NoRoleOutlivesItsLease(string fault)
    {
        var postgres = await SharedPostgres.GetAsync();
        await _bench.UsePostgresAsync(postgres);
        var broker = await _bench.StartBrokerAsync(fault);
        var task = await broker.Calls.OpenAsync();
        await DieAsync(broker, async () =>
        {
            await task.IssueAsync(VaultCatalogue.Orders, TimeSpan.FromSeconds(6));
            await task.EndAsync();
        });
        Assert.That(await _bench.PostgresRolesAsync(postgres), Has.Count.EqualTo(1));

        task = task.At(await _bench.StartBrokerAsync());

        await task.UntilLeaseAsync((await task.ListLeasesAsync()).Single().Id, LeaseState.Revoked);
        Assert.That(await _bench.PostgresRolesAsync(postgres), Is.Empty);
    }

    private async Task<(OpenedTask Task, Lease Lease)> IssueAndDieAsync(string fault, string template = VaultCatalogue.Orders, string key = "")
    {
        var broker = await _bench.StartBrokerAsync(fault);
        var task = await broker.Calls.OpenAsync();
        await DieAsync(broker, () => task.IssueAsync(template, key: key));
        task = task.At(await _bench.StartBrokerAsync());
        return (task, (await task.ListLeasesAsync()).Single());
    }

    /// <summary>Makes a call on which the broker dies, or soon after which it does.</summary>
    private static async Task DieAsync(BrokerProcess broker, Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException lost)
        {
            Assert.That(lost.StatusCode, Is.EqualTo(StatusCode.Unavailable).Or.EqualTo(StatusCode.Internal), lost.Status.Detail);
        }

        Assert.That(await broker.WaitForEndAsync(), Is.EqualTo(128 + 9), broker.Output);
    }

    private async Task AssertAbandonedAsync(OpenedTask task, Lease lease)
    {
        await task.UntilLeaseAsync(lease.Id, LeaseState.Revoked);
        Assert.That(_bench.Vault.Accounts.Names, Is.Empty, "none is alive whose lease says revoked");
        Assert.That((await task.GetLeaseAsync(lease.Id)).EndReason, Is.EqualTo(V1.EndReason.Abandoned));
    }

    private Task AssertNothingIsLeftAsync() => Eventually.IsTrueAsync(() => _bench.IsVaultEmpty, "nothing of ours is left at Vault");
}
