using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Server.Backends.Vault;
using CredBroker.Templates.Vault;
using CredBroker.Testing.Vault.Faults;
using CredBroker.Testing.Verification;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>A secret is gone where Vault has shown it, and nowhere else.</summary>
[TestFixture, Category("Server")]
internal sealed class VaultRevokerTests
{
    private static readonly VaultTemplateBackend Orders = new("database", new VaultDynamicEngine("orders"));
    private static readonly string[] WholeWay = ["sys/leases/lookup", "auth/token/revoke-accessor", "sys/leases/revoke", "sys/leases/lookup"];
    private VaultAdapter _adapter = null!;

    [SetUp]
    public async Task StartAsync() => _adapter = await VaultAdapter.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _adapter.DisposeAsync();

    [Test]
    public async Task Revoke_Lease_LookedUpTokenLeaseThenGone()
    {
        var lease = await IssueAsync();
        var atNote = -1;
        var notes = new HandleNotes(() => atNote = _adapter.Vault.Calls.Of("auth/token/revoke-accessor").Count);

        var said = await _adapter.Backend.RevokeAsync(lease, notes, CancellationToken.None);

        Assert.That(said, Is.EqualTo(BackendRevocation.Confirmed));
        Assert.That(Paths(), Is.EqualTo(WholeWay));
        Assert.That(_adapter.Vault.Calls.Of("sys/leases/revoke").Single().Fields["sync"], Is.EqualTo("true"));
        Assert.That((atNote, VaultHandle.Read(notes.Handles.Single()).WasKnown), Is.EqualTo((0, (bool?)true)), "that it was there is stored before anything is revoked");
        Assert.That(_adapter.Vault.Accounts.Names, Is.Empty);
        Assert.That(_adapter.Vault.Tokens.Any(token => token.Meta.ContainsKey("credbroker_lease")), Is.False);
    }

    [Test]
    public async Task Revoke_AskedAgainAfterTheAnswerWasLost_Confirmed()
    {
        var lease = await IssueAsync();
        var notes = new HandleNotes();
        await RevokeAsync(lease, notes);

        Assert.That(await RevokeAsync(lease with { BackendHandle = notes.Handles[^1] }), Is.EqualTo(BackendRevocation.Confirmed));
    }

    [Test]
    public async Task Revoke_TakenOverBySomebodyElse_NothingIsRevoked()
    {
        var lease = await IssueAsync();

        Assert.That(await RevokeAsync(lease, new HandleNotes { IsLost = true }), Is.EqualTo(BackendRevocation.Failed));
        Assert.That(_adapter.Vault.Accounts.Names, Has.Count.EqualTo(1));
    }

    [TestCase("sys/leases/revoke")]
    [TestCase("*revoke*")]
    public async Task Revoke_VaultSaysDoneAndIsNot_Failed(string path)
    {
        var lease = await IssueAsync();
        _adapter.Vault.HoldRevocations();
        _adapter.Vault.Faults.Add(VaultFault.Lie(path));

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Failed));
    }

    [Test]
    public async Task Revoke_SnapshotRestored_UnconfirmedBeforeAndAfterItsTime()
    {
        await _adapter.Cluster.Session.KeepAsync(CancellationToken.None);
        var snapshot = _adapter.Vault.TakeSnapshot();
        var lease = await IssueAsync();
        _adapter.Vault.Restore(snapshot);
        var notes = new HandleNotes();

        Assert.That(await RevokeAsync(lease, notes), Is.EqualTo(BackendRevocation.Failed));
        _adapter.Time.Advance(TimeSpan.FromHours(1));
        lease = lease with { BackendHandle = notes.Handles[^1] };
        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Failed));

        Assert.That(_adapter.Log, Does.Contain("is unconfirmed").And.Contain("Is its namespace the right one?"));
        Assert.That(_adapter.Vault.Accounts.Names, Has.Count.EqualTo(1), "the account lives on, and nobody says otherwise");
    }

    [Test]
    public async Task Revoke_WrongNamespace_UnconfirmedUntilItIsPutRight()
    {
        var lease = await IssueAsync();
        await _adapter.Root.PutAsync("sys/namespaces/other");
        var handle = VaultHandle.Read(lease.BackendHandle!);
        var notes = new HandleNotes();

        Assert.That(await RevokeAsync(lease with { BackendHandle = (handle with { Namespace = "other" }).Write() }, notes), Is.Not.EqualTo(BackendRevocation.Confirmed));
        var right = (handle with { WasKnown = false }).Write();
        Assert.That(await RevokeAsync(lease with { BackendHandle = right }), Is.EqualTo(BackendRevocation.Confirmed));
    }

    [Test]
    public async Task Revoke_EndedByItsTime_Confirmed()
    {
        var lease = await IssueAsync();
        _adapter.Time.Advance(TimeSpan.FromMinutes(6));
        await Eventually.IsTrueAsync(() => _adapter.Vault.Accounts.Names.Count == 0, "Vault has ended it by itself");

        Assert.That(await RevokeAsync(lease with { EndReason = EndReason.Expired }), Is.EqualTo(BackendRevocation.Confirmed));
    }

    [Test]
    public async Task Revoke_DatabaseAway_FailedAndConfirmedOnceItIsBack()
    {
        var lease = await IssueAsync();
        _adapter.Vault.Accounts.IsDown = true;
        var notes = new HandleNotes();
        Assert.That(await RevokeAsync(lease, notes), Is.EqualTo(BackendRevocation.Failed));
        _adapter.Vault.Accounts.IsDown = false;

        Assert.That(await RevokeAsync(lease with { BackendHandle = notes.Handles[^1] }), Is.EqualTo(BackendRevocation.Confirmed));
        Assert.That(_adapter.Vault.Accounts.Names, Is.Empty);
    }

    [TestCase(412)]
    [TestCase(429)]
    [TestCase(472)]
    [TestCase(473)]
    [TestCase(502)]
    [TestCase(503)]
    [TestCase(504)]
    [TestCase(307)]
    public async Task Revoke_VaultBusyOrAway_DoesNotCount(int status)
    {
        var lease = await IssueAsync();
        _adapter.Vault.Faults.Add(VaultFault.Status("sys/leases/lookup", status));
        using var clock = AdvanceAlong();

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Unavailable));
    }

    [Test]
    public async Task Revoke_VaultSealedThenGone_DoesNotCount()
    {
        var lease = await IssueAsync();
        using var clock = AdvanceAlong();
        _adapter.Vault.IsSealed = true;
        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Unavailable));
        await _adapter.Vault.GoDownAsync();

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Unavailable));
    }

    [Test]
    public async Task Revoke_DeniedThoughLoggedInAnew_Counts()
    {
        var lease = await IssueAsync();
        _adapter.Time.Advance(TimeSpan.FromSeconds(10));
        _adapter.Vault.Faults.Add(VaultFault.Status("sys/leases/*", 403, "permission denied"));

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Failed));
        Assert.That(_adapter.Vault.Calls.Of("auth/approle/login"), Has.Count.EqualTo(1), "one new login, and one more call with it");
        Assert.That(_adapter.Vault.Calls.Of("sys/leases/lookup"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Revoke_TokenCannotBeRevoked_TheSecretIsAllTheSame()
    {
        var lease = await IssueAsync();
        _adapter.Vault.Faults.Add(VaultFault.Status("auth/token/revoke-accessor", 403, "permission denied"));

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Failed));
        Assert.That(_adapter.Vault.Accounts.Names, Is.Empty);
    }

    [Test]
    public async Task Revoke_SecretNeverRecorded_TokenRevokedAndTheRestGivenTime()
    {
        var lease = await AbandonedAsync(Orders);
        var notes = new HandleNotes();

        Assert.That(await RevokeAsync(lease, notes), Is.EqualTo(BackendRevocation.UnderWay));
        await Eventually.IsTrueAsync(() => _adapter.Vault.Accounts.Names.Count == 0, "Vault has revoked what hung on the token");
        lease = lease with { BackendHandle = notes.Handles[^1] };
        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.UnderWay));
        _adapter.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Confirmed));
    }

    [Test]
    public async Task Revoke_SecretNeverRecordedAndTokenUnknown_Unconfirmed()
    {
        await _adapter.Cluster.Session.KeepAsync(CancellationToken.None);
        var snapshot = _adapter.Vault.TakeSnapshot();
        var lease = await AbandonedAsync(Orders);
        _adapter.Vault.Restore(snapshot);

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Failed));
        Assert.That(_adapter.Log, Does.Contain("is unconfirmed"));
    }

    [Test]
    public async Task Revoke_Certificate_OnTheRevocationList()
    {
        var (lease, secret, _) = await _adapter.IssueAsync(new VaultTemplateBackend("pki", new VaultPkiEngine("agents", "agent.acme.test", [], [])));

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Confirmed));
        Assert.That(_adapter.Vault.Calls.Of("pki/revoke").Single().Fields["serial_number"], Is.EqualTo($"\"{secret["serial_number"]}\""));
    }

    [Test]
    public async Task Revoke_LeasedCertificate_WithItsLease()
    {
        var (lease, _, _) = await _adapter.IssueAsync(new VaultTemplateBackend("pki", new VaultPkiEngine("leased", "agent.acme.test", [], [])));

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Confirmed));
    }

    [Test]
    public async Task Revoke_Ssh_CannotBeButItsTokenCan()
    {
        var (lease, _, _) = await _adapter.IssueAsync(new VaultTemplateBackend("ssh", new VaultSshEngine("deploy", ["deploy"])));

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.NotRevocable));
        Assert.That(await RevokeAsync(lease with { EndReason = EndReason.Abandoned }), Is.EqualTo(BackendRevocation.Confirmed), "nobody ever had it");
        Assert.That(_adapter.Vault.Tokens.Any(token => token.Meta.ContainsKey("credbroker_lease")), Is.False);
    }

    [Test]
    public async Task Revoke_KvWithRotation_WrittenTo()
    {
        var (lease, _, _) = await _adapter.IssueAsync(new VaultTemplateBackend("kv", new VaultKvEngine("partner", "database/rotate-role/orders")));
        _adapter.Vault.Faults.Add(VaultFault.Lie("database/rotate-role/orders"));

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Confirmed));
        Assert.That(_adapter.Vault.Calls.Of("database/rotate-role/orders"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Revoke_Lean_ByItsLease()
    {
        var (lease, _, _) = await _adapter.IssueAsync(Orders with { IsLean = true });

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Confirmed));
        Assert.That(_adapter.Vault.Accounts.Names, Is.Empty);
    }

    [Test]
    public async Task Revoke_LeanAndReplyLost_OnlyTimeEndsIt() =>
        Assert.That(await RevokeAsync(await AbandonedAsync(Orders with { IsLean = true })), Is.EqualTo(BackendRevocation.NotRevocable));

    [Test]
    public async Task Revoke_NothingWasReserved_Confirmed()
    {
        var lease = _adapter.Lease(VaultAdapter.Template(Orders));

        Assert.That(await RevokeAsync(lease), Is.EqualTo(BackendRevocation.Confirmed));
        Assert.That(_adapter.Vault.Calls.All, Is.Empty);
    }

    [Test]
    public async Task Revoke_ClusterNoLongerConfigured_CountsAndSaysSo()
    {
        var lease = await IssueAsync();
        var handle = VaultHandle.Read(lease.BackendHandle!) with { Cluster = "gone" };

        Assert.That(await RevokeAsync(lease with { BackendHandle = handle.Write() }), Is.EqualTo(BackendRevocation.Failed));
        Assert.That(_adapter.Log, Does.Contain("the Vault cluster gone is not configured here any more"));
    }

    private async Task<Lease> IssueAsync()
    {
        var (lease, _, _) = await _adapter.IssueAsync(Orders);
        _adapter.Vault.Calls.Clear();
        return lease;
    }

    /// <summary>A lease whose secret was made and whose answer was lost: only what was reserved is known.</summary>
    private async Task<Lease> AbandonedAsync(VaultTemplateBackend backend)
    {
        var template = VaultAdapter.Template(backend);
        var lease = _adapter.Lease(template);
        var reservation = await _adapter.Backend.ReserveAsync(lease, template, CancellationToken.None);
        await _adapter.Backend.MintAsync(lease with { BackendHandle = reservation.Handle }, reservation, null!, lease.IssuedAt, CancellationToken.None);
        return lease with { BackendHandle = reservation.Handle, State = LeaseState.Revoking, EndReason = EndReason.Abandoned };
    }

    private Task<BackendRevocation> RevokeAsync(Lease lease, HandleNotes? notes = null) =>
        _adapter.Backend.RevokeAsync(lease, notes ?? new HandleNotes(), CancellationToken.None).AsTask();

    private IEnumerable<string> Paths() => _adapter.Vault.Calls.All.Select(call => call.Path);

    /// <summary>Lets pauses between tries pass.</summary>
    private ITimer AdvanceAlong() => TimeProvider.System.CreateTimer(
        _ => _adapter.Time.Advance(TimeSpan.FromMilliseconds(50)), null, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5));
}
