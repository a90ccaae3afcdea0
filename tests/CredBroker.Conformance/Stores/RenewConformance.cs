using CredBroker.Leases;

namespace CredBroker.Conformance.Stores;

/// <summary>A renewal moves the end of an active lease, never back, never past its maximum, and under the checks of a new one.</summary>
public abstract class RenewConformance(IStoreForm form) : StoreConformance(form)
{
    private static readonly TimeSpan Longer = TimeSpan.FromMinutes(10);

    [Test]
    public async Task Renew_ActiveLease_LivesLonger()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);

        var outcome = await Broker.TryRenewAsync(task, lease, Longer) as RenewOutcome.Renewed;

        Assert.That(outcome?.Lease.ExpiresAt, Is.EqualTo(outcome?.At + Longer));
        Assert.That(outcome?.Lease.Generation, Is.EqualTo(lease.Generation + 1));
        Assert.That(outcome?.Lease.MaxExpiresAt, Is.EqualTo(lease.MaxExpiresAt));
        Assert.That(outcome?.Lease.IssuedAt, Is.EqualTo(lease.IssuedAt));
        Assert.That(Text(await Broker.ReadAsync(lease)), Is.EqualTo(Text(outcome!.Lease)));
    }

    [Test]
    public async Task Renew_PastTheMaximum_EndsAtTheMaximumAndThenNoMore()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);

        var renewed = (RenewOutcome.Renewed)await Broker.TryRenewAsync(task, lease, TimeSpan.FromHours(9));

        Assert.That(renewed.Lease.ExpiresAt, Is.EqualTo(lease.MaxExpiresAt));
        AssertRefused(await Broker.TryRenewAsync(task, renewed.Lease, TimeSpan.FromHours(9)), ErrorReason.MaxTtlReached);
    }

    [Test]
    public async Task Renew_ForLessThanItHas_KeepsItsEnd()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);

        var renewed = (RenewOutcome.Renewed)await Broker.TryRenewAsync(task, lease, TimeSpan.FromSeconds(1));

        Assert.That(renewed.Lease.ExpiresAt, Is.EqualTo(lease.ExpiresAt));
    }

    [Test]
    public async Task Renew_BackendGrantsLess_EndsWithWhatItGranted()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task, LeaseDraft.Secret);

        var renewed = (RenewOutcome.Renewed)await Broker.TryRenewAsync(task, lease, Longer, granted: TimeSpan.FromMinutes(7));

        Assert.That(renewed.Lease.ExpiresAt, Is.EqualTo(renewed.At + TimeSpan.FromMinutes(7)));
    }

    [Test]
    public async Task Renew_BackendGrantsLessThanItHad_EndsEarlierThanWasPromised()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task, LeaseDraft.Secret);

        var renewed = (RenewOutcome.Renewed)await Broker.TryRenewAsync(task, lease, Longer, granted: TimeSpan.FromMilliseconds(300));

        Assert.That(renewed.Lease.ExpiresAt, Is.EqualTo(renewed.At + TimeSpan.FromMilliseconds(300)).And.LessThan(lease.ExpiresAt));
        await PassAsync(renewed.Lease.ExpiresAt);
        Assert.That(await Broker.ReadDueAsync(task), Does.Contain(lease.Id.Value));
    }

    [Test]
    public async Task Renew_LeaseAsItWasBefore_ConcurrentUpdate()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);
        await Broker.TryRenewAsync(task, lease, Longer);

        AssertRefused(await Broker.TryRenewAsync(task, lease, Longer), ErrorReason.ConcurrentUpdate);
    }

    [Test]
    public async Task Renew_ForeignToken_Refused()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);
        var other = await Broker.OpenAsync(new TaskDraft { Bucket = task.Bucket });

        AssertRefused(await Broker.TryRenewAsync(other, lease, Longer), ErrorReason.TaskTokenInvalid);
        Assert.That(Text(await Broker.ReadAsync(lease)), Is.EqualTo(Text(lease)));
    }

    [Test]
    public async Task Renew_AttestationIsTooOld_Refused()
    {
        var task = await Broker.OpenAsync(new TaskDraft { ReattestEvery = TimeSpan.FromMilliseconds(300) });
        var lease = await Broker.IssueAsync(task);
        await PassAsync(task.Task.AttestedUntil);

        AssertRefused(await Broker.TryRenewAsync(task, lease, Longer), ErrorReason.AttestationExpired);
    }

    [Test]
    public async Task Renew_OtherFencesThanWereEvaluated_Refused()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);
        var epoch = await Broker.ReadEpochAsync(task.Bucket);

        Assert.That(await Broker.TryRenewAsync(task, lease, Longer, epoch + 7), Is.EqualTo(new RenewOutcome.StaleFences(epoch)));
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task Renew_ClocksAnHourApart_Refused(int hours)
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);
        Broker.Clock.Offset = TimeSpan.FromHours(hours);

        Assert.That(await Broker.TryRenewAsync(task, lease, Longer), Is.TypeOf<RenewOutcome.ClockFault>());
        Assert.That(Text(await Broker.ReadAsync(lease)), Is.EqualTo(Text(lease)));
    }

    [Test]
    public async Task Renew_PastItsEnd_Refused()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = TimeSpan.FromMilliseconds(40) });
        await PassAsync(lease.ExpiresAt);

        AssertRefused(await Broker.TryRenewAsync(task, lease, Longer), ErrorReason.LeaseNotRenewable);
    }

    [Test]
    public async Task Renew_Revoked_Refused()
    {
        var task = await Broker.OpenAsync();
        var token = await Broker.IssueAsync(task);
        var secret = await Broker.IssueAsync(task, LeaseDraft.Secret);
        await Broker.TryRevokeAsync([token, secret]);

        AssertRefused(await Broker.TryRenewAsync(task, token, Longer), ErrorReason.LeaseNotRenewable);
        AssertRefused(await Broker.TryRenewAsync(task, secret, Longer), ErrorReason.LeaseNotRenewable);
    }

    [Test]
    public async Task Renew_Intent_Refused()
    {
        var task = await Broker.OpenAsync();

        AssertRefused(await Broker.TryRenewAsync(task, await Broker.BeginAsync(task, LeaseDraft.Secret), Longer), ErrorReason.LeaseNotRenewable);
    }

    [Test]
    public async Task Renew_UnknownLease_Refused()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);

        var outcome = await Broker.TryRenewAsync(task, lease with { Id = LeaseId.New(task.Bucket, lease.IssuedAt) }, Longer);

        AssertRefused(outcome, ErrorReason.LeaseNotFound);
    }

    [Test]
    public async Task Renew_InTime_TheLeaseIsNotDue()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = TimeSpan.FromSeconds(2) });
        await Broker.TryRenewAsync(task, lease, Longer);
        await PassAsync(lease.ExpiresAt);

        Assert.That(await Broker.ReadDueAsync(task), Does.Not.Contain(lease.Id.Value));
        Assert.That(await Broker.TryRevokeAsync([lease], EndReason.Expired, RevocationPriority.Expiry, onlyIfDue: true), Is.Empty);
    }

    [Test]
    public async Task Renew_SameLeaseManyTimesAtOnce_OneWins()
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Broker.TryRenewAsync(task, lease, Longer)));

        Assert.That(outcomes.OfType<RenewOutcome.Renewed>().Count(), Is.EqualTo(1));
        Assert.That((await Broker.ReadAsync(lease)).Generation, Is.EqualTo(lease.Generation + 1));
    }
}
