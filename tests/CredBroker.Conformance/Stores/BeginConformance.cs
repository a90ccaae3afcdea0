using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>A lease is recorded only under an open task, with the right token, fresh evidence, known fences and a clock to trust.</summary>
public abstract class BeginConformance(IStoreForm form) : StoreConformance(form)
{
    [Test]
    public async Task Begin_Token_ActiveAtOnce()
    {
        var task = await Broker.OpenAsync();
        var before = await Store.ReadTimeAsync();

        var lease = await Broker.BeginAsync(task, LeaseDraft.Token);

        Assert.That(lease.State, Is.EqualTo(LeaseState.Active));
        Assert.That(lease.Generation, Is.EqualTo(1));
        Assert.That(lease.IssuedAt, Is.InRange(before.AddMilliseconds(-1), await Store.ReadTimeAsync()));
        Assert.That(lease.ExpiresAt, Is.EqualTo(lease.IssuedAt.AddMinutes(5)));
        Assert.That(lease.MaxExpiresAt, Is.EqualTo(lease.IssuedAt.AddMinutes(30)));
        Assert.That(Text(await Broker.ReadAsync(lease)), Is.EqualTo(Text(lease)));
    }

    [Test]
    public async Task Begin_SecretOfAnotherSystem_IsAnIntent()
    {
        var task = await Broker.OpenAsync();

        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret);

        Assert.That(lease.State, Is.EqualTo(LeaseState.Intent));
        Assert.That(Text(await Broker.ReadAsync(lease)), Is.EqualTo(Text(lease)));
    }

    [Test]
    public async Task Begin_AnyTerms_AreReadAsTheyWereAgreed()
    {
        var task = await Broker.OpenAsync();
        var intent = await Broker.IntendAsync(task, LeaseDraft.Token with { Template = "ünï/%d %s\\n \u0001", Audience = "https://a.example/x y?z=\"1\"" });
        var terms = intent.Terms with { Policies = ["p-1", "p-2"], Scopes = ["a", "b:c"], Renewable = false, Sensitivity = Sensitivity.Restricted };

        await Broker.Leases.BeginAsync(intent with { Terms = terms }, None);

        var stored = await Broker.Leases.FindAsync(intent.Id, None);
        Assert.That(Text(stored! with { Terms = terms }), Is.EqualTo(Text(stored)));
    }

    [Test]
    public async Task Begin_LongerThanItsMaximum_EndsAtTheMaximum()
    {
        var task = await Broker.OpenAsync();

        var lease = await Broker.BeginAsync(task, LeaseDraft.Token with { Ttl = TimeSpan.FromMinutes(9), MaxTtl = TimeSpan.FromMinutes(2) });

        Assert.That(lease.ExpiresAt, Is.EqualTo(lease.IssuedAt.AddMinutes(2)));
        Assert.That(lease.MaxExpiresAt, Is.EqualTo(lease.ExpiresAt));
    }

    [Test]
    public async Task Begin_LongerThanItsTask_EndsWithTheTask()
    {
        var task = await Broker.OpenAsync(new TaskDraft { MaxDuration = TimeSpan.FromMinutes(1) });

        var lease = await Broker.BeginAsync(task);

        Assert.That(lease.ExpiresAt, Is.EqualTo(task.Task.Deadline));
        Assert.That(lease.MaxExpiresAt, Is.EqualTo(task.Task.Deadline));
    }

    [Test]
    public async Task Begin_ForeignToken_Refused()
    {
        var task = await Broker.OpenAsync();
        var other = await Broker.OpenAsync(new TaskDraft { Bucket = task.Bucket });

        await AssertNothingBegunAsync(task with { Token = other.Token }, ErrorReason.TaskTokenInvalid);
    }

    [Test]
    public async Task Begin_UnknownTask_Refused() =>
        await AssertNothingBegunAsync(new TaskDraft().Build(TimeProvider.System.GetUtcNow()), ErrorReason.TaskTokenInvalid);

    [TestCase("sealed")]
    [TestCase("ended")]
    [TestCase("past its deadline")]
    public async Task Begin_TaskIsOver_Refused(string why)
    {
        var task = await Broker.OpenAsync(new TaskDraft { MaxDuration = why == "past its deadline" ? TimeSpan.FromMilliseconds(40) : TimeSpan.FromHours(1) });
        if (why is "sealed" or "ended") await Broker.SealAsync(task);
        if (why == "ended") await Broker.FinishAsync(task);
        if (why == "past its deadline") await PassAsync(task.Task.Deadline);

        await AssertNothingBegunAsync(task, ErrorReason.TaskEnded);
    }

    [Test]
    public async Task Begin_AttestationIsTooOld_RefusedUntilThereIsFreshEvidence()
    {
        var task = await Broker.OpenAsync(new TaskDraft { ReattestEvery = TimeSpan.FromMilliseconds(300) });
        await PassAsync(task.Task.AttestedUntil);

        await AssertNothingBegunAsync(task, ErrorReason.AttestationExpired);

        await Broker.Tasks.HeartbeatAsync(task.Token, reattested: true, None);
        Assert.That(await Broker.TryBeginAsync(task), Is.TypeOf<BeginOutcome.Begun>());
    }

    [Test]
    public async Task Begin_OtherFencesThanWereEvaluated_Refused()
    {
        var task = await Broker.OpenAsync();
        var epoch = await Broker.ReadEpochAsync(task.Bucket);

        Assert.That(await Broker.TryBeginAsync(task, LeaseDraft.Token with { FenceEpoch = epoch + 1 }), Is.EqualTo(new BeginOutcome.StaleFences(epoch)));
        Assert.That((await Broker.Leases.ListAsync(task.Id, 0, 10, None)).Leases, Is.Empty);
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Begin_ClocksAnHourApart_RefusedUntilTheyAgree(int hours)
    {
        var task = await Broker.OpenAsync();
        Broker.Clock.Offset = TimeSpan.FromHours(hours);

        Assert.That(await Broker.TryBeginAsync(task), Is.TypeOf<BeginOutcome.ClockFault>());
        Assert.That((await Broker.Leases.ListAsync(task.Id, 0, 10, None)).Leases, Is.Empty);

        Broker.Clock.Offset = TimeSpan.Zero;
        Assert.That(await Broker.TryBeginAsync(task), Is.TypeOf<BeginOutcome.Begun>());
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Begin_ClocksWithinTheBound_TheStoresTimeCounts(int sign)
    {
        var task = await Broker.OpenAsync();
        Broker.Clock.Offset = sign * (Store.Rules.ClockBound - TimeSpan.FromSeconds(20));

        var lease = await Broker.BeginAsync(task);

        Assert.That(lease.IssuedAt, Is.InRange(task.Task.OpenedAt, await Store.ReadTimeAsync()));
    }

    [Test]
    public async Task Begin_StoresClockFellBack_TimeStandsStillUntilItHasCaughtUp()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 120 });
        await SetStoreClockBackAsync(task.Bucket, TimeSpan.FromSeconds(20));

        var first = await Broker.BeginAsync(task);
        var second = await Broker.BeginAsync(task);

        Assert.That(first.IssuedAt, Is.GreaterThan(await Store.ReadTimeAsync()));
        Assert.That(second.IssuedAt, Is.EqualTo(first.IssuedAt));
        Assert.That((await Broker.RevokeAsync(first)).State, Is.EqualTo(LeaseState.Revoked));
    }

    [Test]
    public async Task Begin_StoresClockFellBackFarther_Refused()
    {
        var task = await Broker.OpenAsync(new TaskDraft { Bucket = 121 });
        var lease = await Broker.BeginAsync(task);
        await SetStoreClockBackAsync(task.Bucket, Store.Rules.ClockBound + TimeSpan.FromSeconds(20));

        Assert.That(await Broker.TryBeginAsync(task), Is.TypeOf<BeginOutcome.ClockFault>());
        Assert.That(await Broker.TryRenewAsync(task, lease, TimeSpan.FromMinutes(9)), Is.TypeOf<RenewOutcome.ClockFault>());
        Assert.That((await Broker.RevokeAsync(lease)).State, Is.EqualTo(LeaseState.Revoked));
    }

    [Test]
    public async Task Find_UnknownLease_IsNull() =>
        Assert.That(await Broker.Leases.FindAsync(LeaseId.New(3, TimeProvider.System.GetUtcNow()), None), Is.Null);

    private async Task AssertNothingBegunAsync(HeldTask task, ErrorReason reason)
    {
        var intent = await Broker.IntendAsync(task);

        AssertRefused(await Broker.Leases.BeginAsync(intent, None), reason);
        Assert.That(await Broker.Leases.FindAsync(intent.Id, None), Is.Null);
        Assert.That((await Broker.Leases.ListAsync(task.Id, 0, 10, None)).Leases, Is.Empty);
    }
}
