using CredBroker.Leases;
using CredBroker.Server.Backends.Vault;
using CredBroker.Templates.Vault;
using CredBroker.Testing.Vault.Client;
using CredBroker.Testing.Vault.Faults;

namespace CredBroker.Server.Tests.Backends.Vault;

/// <summary>A child token first, then the secret that hangs on it.</summary>
[TestFixture, Category("Server")]
internal sealed class VaultBackendTests
{
    private static readonly VaultTemplateBackend Orders = new("database", new VaultDynamicEngine("orders"));
    private VaultAdapter _adapter = null!;

    [SetUp]
    public async Task StartAsync() => _adapter = await VaultAdapter.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _adapter.DisposeAsync();

    [Test]
    public void Describe_Template_QueuesByClusterNamespaceAndMount()
    {
        var offer = _adapter.Backend.Describe(VaultAdapter.Template(Orders), Capabilities.Read);
        var elsewhere = _adapter.Backend.Describe(VaultAdapter.Template(Orders with { Namespace = "team/payments" }), Capabilities.Read);

        Assert.That((offer.BackendKey, offer.Revocability), Is.EqualTo(("vault:main::database", Revocability.Instant)));
        Assert.That(elsewhere.BackendKey, Is.EqualTo("vault:main:team/payments:database"));
    }

    [Test]
    public async Task Reserve_Token_IsAnOrphanOfThisLeaseAlone()
    {
        var template = VaultAdapter.Template(Orders);
        var lease = _adapter.Lease(template);

        var reservation = await _adapter.Backend.ReserveAsync(lease, template, CancellationToken.None);

        var token = _adapter.Vault.Tokens.Single(token => token.Meta.ContainsKey("credbroker_lease"));
        var asked = _adapter.Vault.Calls.Of("auth/token/create/credbroker").Single();
        Assert.Multiple(() =>
        {
            Assert.That((token.IsOrphan, token.IsBatch, token.NumUses), Is.EqualTo((true, false, 0)));
            Assert.That(token.Meta["credbroker_lease"], Is.EqualTo(lease.Id.Value));
            Assert.That(token.Meta["credbroker_issuer"], Is.EqualTo(VaultAdapter.Issuer));
            Assert.That(token.Policies, Is.EqualTo(new[] { BrokerInVault.ChildPolicy }));
            Assert.That(token.ExpiresAt, Is.EqualTo(lease.ExpiresAt));
            Assert.That(asked.Fields["explicit_max_ttl"], Is.EqualTo("\"900s\""));
            Assert.That(asked.SaysVault, Is.True);
            Assert.That(VaultHandle.Read(reservation.Handle!), Is.EqualTo(new VaultHandle { Cluster = "main", Accessor = token.Accessor }));
            Assert.That(_adapter.Vault.Accounts.Names, Is.Empty, "there is no secret yet");
            Assert.That($"{reservation}", Does.Contain("[redacted]"));
        });
    }

    [Test]
    public async Task Mint_Dynamic_SecretThatGetsIn()
    {
        var (lease, secret, ttl) = await _adapter.IssueAsync(Orders);

        Assert.That(_adapter.Vault.Accounts.Admit(secret["username"], secret["password"]), Is.True);
        Assert.That(VaultHandle.Read(lease.BackendHandle!).LeaseId, Is.EqualTo(_adapter.Vault.Leases.Single(one => one.Path.StartsWith("database/creds/orders", StringComparison.Ordinal)).Id));
        Assert.That(ttl, Is.EqualTo(TimeSpan.FromMinutes(5)));
        Assert.That(lease.BackendHandle, Does.Not.Contain(secret["password"]));
    }

    [Test]
    public async Task Mint_RoleGrantsLess_TtlIsWhatItGrants()
    {
        var (_, _, ttl) = await _adapter.IssueAsync(new VaultTemplateBackend("database", new VaultDynamicEngine("capped")));

        Assert.That(ttl, Is.EqualTo(TimeSpan.FromSeconds(5)));
        Assert.That(_adapter.Log, Does.Contain("less than its template"));
    }

    [Test]
    public async Task Mint_TokenRoleGrantsLess_TtlIsWhatItGrants()
    {
        await _adapter.Broker.PutTokenRoleAsync(explicitMax: "60s");

        Assert.That((await _adapter.IssueAsync(Orders)).Ttl, Is.EqualTo(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public async Task Mint_Cloud_EveryTextUnderVaultsNames()
    {
        var (_, secret, _) = await _adapter.IssueAsync(new VaultTemplateBackend("aws", new VaultDynamicEngine("deploy")));

        Assert.That(secret.Keys, Is.SupersetOf(new[] { "access_key", "secret_key" }));
        Assert.That(secret.Values, Is.All.Not.Empty);
    }

    [TestCase("leased", true)]
    [TestCase("agents", false)]
    public async Task Mint_Pki_CertificateAndKey(string role, bool hasLease)
    {
        var (lease, secret, _) = await _adapter.IssueAsync(new VaultTemplateBackend("pki", new VaultPkiEngine(role, "agent.acme.test", ["a.acme.test"], ["spiffe://acme.test/a"])));

        var handle = VaultHandle.Read(lease.BackendHandle!);
        Assert.That(secret.Keys, Is.SupersetOf(new[] { "certificate", "private_key", "issuing_ca", "serial_number" }));
        Assert.That(secret["private_key"], Does.Contain("PRIVATE KEY"));
        Assert.That((handle.LeaseId is not null, handle.RevokePath, handle.Serial), Is.EqualTo((hasLease, hasLease ? null : "pki/revoke", hasLease ? null : secret["serial_number"])));
        Assert.That(lease.Terms.Revocability, Is.EqualTo(Revocability.Bounded));
    }

    [Test]
    public async Task Mint_Ssh_CertificateForAKeyThatVaultNeverSaw()
    {
        var (lease, secret, ttl) = await _adapter.IssueAsync(new VaultTemplateBackend("ssh", new VaultSshEngine("deploy", ["deploy"])));

        Assert.That(secret["private_key"], Does.StartWith("-----BEGIN PRIVATE KEY-----"));
        Assert.That(secret["signed_key"], Does.StartWith("ecdsa-sha2-nistp256-cert-v01@openssh.com "));
        Assert.That(ttl, Is.EqualTo(TimeSpan.FromMinutes(5)).Within(TimeSpan.FromSeconds(1)));
        Assert.That(lease.Terms.Revocability, Is.EqualTo(Revocability.None));
    }

    [Test]
    public async Task Mint_Kv_WhatIsStored()
    {
        var (lease, secret, _) = await _adapter.IssueAsync(new VaultTemplateBackend("kv", new VaultKvEngine("partner", null)));

        Assert.That(secret, Is.EqualTo(new Dictionary<string, string> { ["api_key"] = "stored-for-everybody" }));
        Assert.That(lease.Terms.Revocability, Is.EqualTo(Revocability.None));
    }

    [Test]
    public async Task Mint_Lean_HangsOnABatchToken()
    {
        var (lease, secret, _) = await _adapter.IssueAsync(Orders with { IsLean = true });

        var handle = VaultHandle.Read(lease.BackendHandle!);
        Assert.That(_adapter.Vault.Accounts.Admit(secret["username"], secret["password"]), Is.True);
        Assert.That((handle.Accessor, handle.LeaseId), Is.EqualTo(((string?)null, handle.LeaseId)).And.Not.EqualTo(((string?)null, (string?)null)));
        Assert.That(_adapter.Vault.Calls.Of("auth/token/create/credbroker").Single().Fields, Does.Not.ContainKey("explicit_max_ttl"));
    }

    [Test]
    public async Task Mint_WhatCannotBeRevokedLivesTooLong_Refused()
    {
        var sts = new VaultTemplateBackend("database", new VaultDynamicEngine("orders", CanRevoke: false));

        var refusal = await RefusalAsync(() => _adapter.IssueAsync(sts));

        Assert.That((refusal.Reason, refusal.MadeNothing), Is.EqualTo((ErrorReason.BackendUnavailable, false)));
    }

    [TestCase(403, true)]
    [TestCase(400, true)]
    [TestCase(404, true)]
    [TestCase(429, true)]
    [TestCase(412, true)]
    [TestCase(500, false)]
    [TestCase(502, false)]
    [TestCase(503, false)]
    [TestCase(307, false)]
    public async Task Mint_VaultRefuses_SentOnceAndCertainOnlyWhereVaultSaysSo(int status, bool madeNothing)
    {
        _adapter.Vault.Faults.Add(VaultFault.Status("database/creds/orders", status));

        var refusal = await RefusalAsync(() => _adapter.IssueAsync(Orders));

        Assert.That((refusal.Reason, refusal.MadeNothing), Is.EqualTo((ErrorReason.BackendUnavailable, madeNothing)));
        Assert.That(refusal.RetryAfter, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(_adapter.Vault.Calls.Of("database/creds/orders"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Mint_ReplyLost_NobodyKnowsAndSentOnce()
    {
        _adapter.Vault.Faults.Add(VaultFault.LoseReply("database/creds/orders"));

        var refusal = await RefusalAsync(() => _adapter.IssueAsync(Orders));

        Assert.That((refusal.Reason, refusal.MadeNothing), Is.EqualTo((ErrorReason.BackendUnavailable, false)));
        Assert.That(_adapter.Vault.Accounts.Names, Has.Count.EqualTo(1));
        Assert.That(_adapter.Vault.Calls.Of("database/creds/orders"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Mint_Slow_NobodyKnowsAfterTheTimeOfACall()
    {
        using var held = _adapter.Vault.Faults.Add(VaultFault.HoldWork("database/creds/orders"));
        var issue = RefusalAsync(() => _adapter.IssueAsync(Orders));
        await held.Reached;
        _adapter.Time.Advance(TimeSpan.FromSeconds(15));

        Assert.That((await issue).MadeNothing, Is.False);
    }

    [Test]
    public async Task Reserve_VaultGone_NothingIsMade()
    {
        await _adapter.Vault.GoDownAsync();

        var refusal = await RefusalAsync(() => _adapter.IssueAsync(Orders));

        Assert.That((refusal.Reason, refusal.MadeNothing), Is.EqualTo((ErrorReason.BackendUnavailable, true)));
    }

    [TestCase(false, "default-service", "orphan=true")]
    [TestCase(true, "batch", "token_type=default-service")]
    public async Task Reserve_TokenRoleDoesNotFit_RefusedAndToldWhatToSet(bool orphan, string type, string advice)
    {
        await _adapter.Broker.PutTokenRoleAsync(orphan, type: type);
        if (type == "batch") await _adapter.Broker.PutTokenRoleAsync(orphan, explicitMax: "0", type: type);

        var refusal = await RefusalAsync(() => _adapter.IssueAsync(Orders));

        Assert.That(refusal.Reason, Is.EqualTo(ErrorReason.BackendUnavailable));
        if (type != "batch") Assert.That(_adapter.Log, Does.Contain(advice));
    }

    [Test]
    public async Task Reserve_LoginForgotten_LogsInAgain()
    {
        await _adapter.IssueAsync(Orders);
        _adapter.Time.Advance(TimeSpan.FromMinutes(1));
        foreach (var login in _adapter.Vault.Tokens.Where(token => token.Path.StartsWith("auth/approle", StringComparison.Ordinal)))
            await _adapter.Root.PutAsync("auth/token/revoke-accessor", new { accessor = login.Accessor });

        await _adapter.IssueAsync(Orders);

        Assert.That(_adapter.Vault.Calls.Of("auth/approle/login"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Extend_Lease_TokenAndSecretLiveLonger()
    {
        var (lease, _, _) = await _adapter.IssueAsync(Orders);
        _adapter.Time.Advance(TimeSpan.FromMinutes(4));

        var granted = await _adapter.Backend.ExtendAsync(lease, TimeSpan.FromMinutes(6), CancellationToken.None);

        Assert.That(granted, Is.EqualTo(TimeSpan.FromMinutes(6)));
        Assert.That(_adapter.Vault.Tokens.Single(token => token.Meta.ContainsKey("credbroker_lease")).ExpiresAt, Is.EqualTo(_adapter.Time.GetUtcNow() + granted));
    }

    [Test]
    public async Task Extend_PastWhatVaultAllows_WhatItGrants()
    {
        await _adapter.Broker.PutTokenRoleAsync(explicitMax: "10m");
        var (lease, _, _) = await _adapter.IssueAsync(Orders);
        _adapter.Time.Advance(TimeSpan.FromMinutes(4));

        Assert.That(await _adapter.Backend.ExtendAsync(lease, TimeSpan.FromHours(1), CancellationToken.None), Is.EqualTo(TimeSpan.FromMinutes(6)));
    }

    [Test]
    public async Task Extend_LeaseIsGone_NotRenewable()
    {
        var (lease, _, _) = await _adapter.IssueAsync(Orders);
        _adapter.Time.Advance(TimeSpan.FromMinutes(6));

        Assert.That((await RefusalAsync(() => _adapter.Backend.ExtendAsync(lease, TimeSpan.FromMinutes(5), CancellationToken.None).AsTask())).Reason, Is.EqualTo(ErrorReason.LeaseNotRenewable));
    }

    [Test]
    public async Task Extend_VaultSealed_Unavailable()
    {
        var (lease, _, _) = await _adapter.IssueAsync(Orders);
        _adapter.Vault.IsSealed = true;

        Assert.That((await RefusalAsync(() => _adapter.Backend.ExtendAsync(lease, TimeSpan.FromMinutes(5), CancellationToken.None).AsTask())).Reason, Is.EqualTo(ErrorReason.BackendUnavailable));
    }

    [Test]
    public async Task Log_OfEverything_HoldsNoSecret()
    {
        var (lease, secret, _) = await _adapter.IssueAsync(Orders);
        _adapter.Vault.Faults.Add(VaultFault.Status("*", 500, $"cannot do that with {_adapter.Vault.RootToken}"));
        await RefusalAsync(() => _adapter.IssueAsync(Orders));
        await _adapter.Backend.RevokeAsync(lease, new HandleNotes(), CancellationToken.None);

        Assert.That(_adapter.Log, Is.Not.Empty.And.Not.Contain(secret["password"]).And.Not.Contain(_adapter.Vault.RootToken).And.Not.Contain(_adapter.Broker.SecretId));
    }

    private static async Task<RefusedException> RefusalAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RefusedException refusal)
        {
            return refusal;
        }

        throw new AssertionException("It was not refused.");
    }
}
