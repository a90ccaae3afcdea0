using System.Text.Json;
using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Conformance.Backends;

/// <summary>
/// What every backend has to hold, so that whatever was begun can be undone by another broker that knows the lease's record and nothing else.
/// </summary>
[Category("Store")]
public abstract class BackendConformance(IBackendForm form)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(2);

    private IBackendUnderTest _under = null!;
    private ICredentialBackend _backend = null!;

    private static CancellationToken None => CancellationToken.None;

    [SetUp]
    public async Task OpenAsync()
    {
        _under = await form.OpenAsync();
        _backend = _under.Open();
    }

    [TearDown]
    public async Task CloseAsync()
    {
        if (_under is not null) await _under.DisposeAsync();
    }

    [Test]
    public async Task Describe_MakesNothing()
    {
        var offer = _backend.Describe(_under.Template, Capabilities.Read);

        Assert.That(offer.Revocability, Is.AnyOf(Revocability.Instant, Revocability.Bounded, Revocability.None));
        Assert.That(await _under.CountAsync(), Is.Zero);
    }

    [Test]
    public async Task Mint_Reserved_GoodCredentialOfTheLeasesLife()
    {
        var (kept, minted) = await MakeAsync();

        Assert.That(await _under.IsGoodAsync(minted.Credential), Is.True);
        Assert.That(minted.Credential.Revocability, Is.EqualTo(kept.Lease.Terms.Revocability));
        Assert.That(minted.Credential.ExpiresAt, Is.LessThanOrEqualTo(kept.Lease.ExpiresAt));
        Assert.That(minted.Ttl ?? Ttl, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(Ttl));
    }

    [Test]
    public async Task Mint_Twice_TwoLeasesHaveNothingInCommon()
    {
        var (first, one) = await MakeAsync();
        var (_, two) = await MakeAsync();

        await RevokeAsync(first, _under.Open());

        Assert.That(await _under.IsGoodAsync(two.Credential), Is.True);
        if (!_under.EndsByRecord) Assert.That(await _under.IsGoodAsync(one.Credential), Is.False);
    }

    [Test]
    public async Task Secret_Made_InNoTextFormAndNoHandle()
    {
        var lease = NewLease();
        var reservation = await _backend.ReserveAsync(lease, _under.Template, None);
        var minted = await _backend.MintAsync(lease with { BackendHandle = reservation.Handle }, reservation, AnyTask(), lease.IssuedAt, None);

        string[] secrets = minted.Credential switch
        {
            AccessTokenCredential token => [token.Reveal()],
            SecretCredential secret => [.. secret.Reveal().Where(part => part.Key is "password" or "private_key" or "secret_key").Select(part => part.Value)],
            _ => [],
        };
        string[] texts =
        [
            $"{minted}", $"{minted.Credential}", $"{reservation}", minted.Handle ?? "", reservation.Handle ?? "", JsonSerializer.Serialize(minted),
            JsonSerializer.Serialize<object>(minted.Credential), JsonSerializer.Serialize<object>(reservation),
        ];

        Assert.That(secrets, Is.Not.Empty);
        // Only whether there is one is said: a secret must not come to light by the test that looks for it.
        Assert.That(texts.Count(text => secrets.Any(secret => text.Contains(secret, StringComparison.Ordinal))), Is.Zero);
    }

    [Test]
    public async Task Revoke_ByAnotherBroker_DeadByTheHandleAlone()
    {
        var (kept, minted) = await MakeAsync();

        Assert.That(await RevokeAsync(kept, _under.Open()), Is.EqualTo(BackendRevocation.Confirmed));

        if (_under.EndsByRecord) return;
        Assert.That(await _under.IsGoodAsync(minted.Credential), Is.False);
        Assert.That(await _under.CountAsync(), Is.Zero);
    }

    [Test]
    public async Task Revoke_Twice_ConfirmedTwice()
    {
        var (kept, _) = await MakeAsync();
        await RevokeAsync(kept, _backend);

        Assert.That(await RevokeAsync(kept, _under.Open()), Is.EqualTo(BackendRevocation.Confirmed));
    }

    [Test]
    public async Task Revoke_ByTwoAtATime_ConfirmedAndDead()
    {
        var (kept, minted) = await MakeAsync();

        var said = await Task.WhenAll(RevokeAsync(kept, _backend), RevokeAsync(kept, _under.Open()));

        Assert.That(said, Is.All.EqualTo(BackendRevocation.Confirmed));
        if (!_under.EndsByRecord) Assert.That(await _under.IsGoodAsync(minted.Credential), Is.False);
    }

    [Test]
    public async Task Revoke_ReservedOnly_ConfirmedAndNothingStays()
    {
        var kept = new KeptHandle(NewLease());
        var reservation = await _backend.ReserveAsync(kept.Lease, _under.Template, None);
        kept.Lease = kept.Lease with { BackendHandle = reservation.Handle };

        Assert.That(await RevokeAsync(kept, _under.Open()), Is.EqualTo(BackendRevocation.Confirmed));
        Assert.That(await _under.CountAsync(), Is.Zero);
    }

    [Test]
    public async Task Revoke_BeforeItsMint_NothingGoodIsMade()
    {
        if (_under.EndsByRecord) Assert.Ignore("It mints without asking anybody; the record of the lease is what ends it.");
        var kept = new KeptHandle(NewLease());
        var reservation = await _backend.ReserveAsync(kept.Lease, _under.Template, None);
        kept.Lease = kept.Lease with { BackendHandle = reservation.Handle };
        await RevokeAsync(kept, _under.Open());

        var refusal = await Assert.ThrowsAsync<RefusedException>(async () => await _backend.MintAsync(kept.Lease, reservation, AnyTask(), kept.Lease.IssuedAt, None));

        Assert.That(refusal!.Reason, Is.EqualTo(ErrorReason.BackendUnavailable));
        Assert.That(await _under.CountAsync(), Is.Zero);
    }

    [Test]
    public async Task Revoke_SecretNeverRecorded_EndedWithWhatItHangsOn()
    {
        var (kept, minted) = await MakeAsync();
        if (minted.Handle is null) Assert.Ignore("Its reservation is all that there is to record.");
        // As it is where the broker died between the secret and its record.
        kept.Lease = kept.Lease with { BackendHandle = kept.Reserved };

        Assert.That(await RevokeAsync(kept, _under.Open()), Is.EqualTo(BackendRevocation.Confirmed));

        Assert.That(await _under.IsGoodAsync(minted.Credential), Is.False);
        Assert.That(await _under.CountAsync(), Is.Zero);
    }

    [Test]
    public async Task Revoke_NothingWasReserved_Confirmed() =>
        Assert.That(await RevokeAsync(new KeptHandle(NewLease()), _backend), Is.EqualTo(BackendRevocation.Confirmed));

    [Test]
    public async Task Extend_Live_NoLongerThanAskedAndStillGood()
    {
        var (kept, minted) = await MakeAsync();
        var wish = TimeSpan.FromMinutes(5);

        var granted = await _under.Open().ExtendAsync(kept.Lease, wish, None);
        var renewed = await _backend.RenewAsync(kept.Lease with { ExpiresAt = kept.Lease.IssuedAt + granted }, AnyTask(), kept.Lease.IssuedAt, None);

        Assert.That(granted, Is.GreaterThan(Ttl).And.LessThanOrEqualTo(wish));
        Assert.That(await _under.IsGoodAsync(renewed ?? minted.Credential), Is.True);
    }

    private async Task<(MadeLease Kept, Minted Minted)> MakeAsync()
    {
        var lease = NewLease();
        var reservation = await _backend.ReserveAsync(lease, _under.Template, None);
        lease = lease with { BackendHandle = reservation.Handle };
        var minted = await _backend.MintAsync(lease, reservation, AnyTask(), lease.IssuedAt, None);
        return (new MadeLease(lease with { BackendHandle = minted.Handle ?? reservation.Handle }, reservation.Handle), minted);
    }

    /// <summary>Asks until the backend says that it is gone, as the revocation worker does; returns what it said last.</summary>
    private static async Task<BackendRevocation> RevokeAsync(KeptHandle kept, ICredentialBackend backend)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (lease, record) = kept.Claim();
            var said = await backend.RevokeAsync(lease, record, None);
            if (said == BackendRevocation.Confirmed || TimeProvider.System.GetElapsedTime(start) > Patience) return said;
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    private Lease NewLease()
    {
        var template = _under.Template;
        var offer = _backend.Describe(template, Capabilities.Read);
        var now = TimeProvider.System.GetUtcNow();
        return new Lease
        {
            Id = LeaseId.New(bucket: 1, now),
            Terms = new LeaseTerms
            {
                TaskId = TaskId.New(bucket: 1, now),
                Tenant = template.Tenants[0],
                Workload = "spiffe://acme.test/agent/one",
                Template = template.Name,
                TemplateVersion = template.Version,
                Target = template.Target,
                Sensitivity = template.Sensitivity,
                Risk = template.Risk,
                Capabilities = Capabilities.Read,
                Backend = _backend.Name,
                BackendKey = offer.BackendKey ?? _backend.Name,
                Revocability = offer.Revocability,
                Renewable = template.Renewable,
                PolicyVersion = "policy-1",
                Audience = offer.Audience,
                Scopes = offer.Scopes,
            },
            State = LeaseState.Intent,
            Generation = 1,
            IssuedAt = now,
            ExpiresAt = now + Ttl,
            MaxExpiresAt = now + TimeSpan.FromMinutes(10),
        };
    }

    private static AgentTask AnyTask()
    {
        var id = TaskId.New(bucket: 1, TimeProvider.System.GetUtcNow());
        return new AgentTask
        {
            Id = id,
            Tenant = "payments",
            Subject = "spiffe://acme.test/agent/one",
            Attestor = "spiffe_jwt",
            Kind = WorkloadKind.Agent,
            EvidenceDigest = new string('0', 64),
            Purpose = "reconcile-invoices",
            TransactionId = id.Value,
            TokenHash = "hash",
            HeartbeatInterval = TimeSpan.FromMinutes(1),
            ReattestEvery = TimeSpan.FromHours(1),
            MaxDuration = TimeSpan.FromHours(1),
        };
    }

    private sealed class MadeLease(Lease lease, string? reserved) : KeptHandle(lease)
    {
        /// <summary>The handle before there was a credential.</summary>
        public string? Reserved => reserved;
    }
}
