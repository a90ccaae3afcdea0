using CredBroker.Conformance.Stores;
using CredBroker.Leases;
using CredBroker.Server.Tests.Storage.Forms;
using CredBroker.Tasks;

namespace CredBroker.Server.Tests.Storage;

/// <summary>Two brokers do what must not both happen, at the same instant, many times over.</summary>
[TestFixture]
public sealed class RaceTests() : StoreConformance(StoreForms.Redis)
{
    private const int Rounds = 1_000;
    private const int ManyRounds = 10_000;
    private const int AtOnce = 25;

    private BrokerOnStore? _other;

    private BrokerOnStore Other => _other ?? throw new InvalidOperationException("The other broker is not connected.");

    [OneTimeSetUp]
    public async Task ConnectOtherAsync() => _other = await Store.ConnectAsync();

    [OneTimeTearDown]
    public async Task DisconnectOtherAsync()
    {
        if (_other is not null) await _other.DisposeAsync();
    }

    [Test]
    public Task SealAndIssue_ThousandRounds_WhatWasIssuedIsInTheReceipt() => RepeatAsync(Rounds, SealAndIssueAsync);

    [Test, Category("Long")]
    public Task SealAndIssue_TenThousandRounds_WhatWasIssuedIsInTheReceipt() => RepeatAsync(ManyRounds, SealAndIssueAsync);

    [Test]
    public Task RenewAndExpire_ThousandRounds_OneOfThem() => RepeatAsync(Rounds, RenewAndExpireAsync);

    [Test, Category("Long")]
    public Task RenewAndExpire_TenThousandRounds_OneOfThem() => RepeatAsync(ManyRounds, RenewAndExpireAsync);

    [Test]
    public Task TwoClaims_ThousandRounds_OneOfThem() => RepeatAsync(Rounds, ClaimTwiceAsync);

    [Test, Category("Long")]
    public Task TwoClaims_TenThousandRounds_OneOfThem() => RepeatAsync(ManyRounds, ClaimTwiceAsync);

    [Test]
    public Task RevokeAndCommit_ThousandRounds_RevokedWithItsHandle() => RepeatAsync(Rounds, RevokeAndCommitAsync);

    [Test, Category("Long")]
    public Task RevokeAndCommit_TenThousandRounds_RevokedWithItsHandle() => RepeatAsync(ManyRounds, RevokeAndCommitAsync);

    private static async Task RepeatAsync(int rounds, Func<int, Task> round)
    {
        foreach (var batch in Enumerable.Range(0, rounds).Chunk(AtOnce)) await Task.WhenAll(batch.Select(round));
    }

    /// <summary>Which of the two is sent first alternates, so that either can win.</summary>
    private static async Task<(TFirst First, TSecond Second)> BothAsync<TFirst, TSecond>(int round, Func<Task<TFirst>> first, Func<Task<TSecond>> second)
    {
        var late = round % 2 == 0 ? null : second();
        var one = first();
        var two = late ?? second();
        return (await one, await two);
    }

    private async Task SealAndIssueAsync(int round)
    {
        var task = await Broker.OpenAsync();
        var intents = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Broker.IntendAsync(task)));

        var (outcomes, outcome) = await BothAsync(
            round, () => Task.WhenAll(intents.Select(intent => Broker.Leases.BeginAsync(intent, None))), () => Other.SealAsync(task));

        Assert.That(outcome, Is.EqualTo(SealOutcome.Sealed));
        var begun = outcomes.OfType<BeginOutcome.Begun>().Select(won => won.Lease.Id).ToList();
        Assert.That(outcomes.Where(lost => lost is not BeginOutcome.Begun), Is.All.EqualTo(new BeginOutcome.Refused(ErrorReason.TaskEnded)));
        var receipt = (await Other.Leases.ListAsync(task.Id, 0, 10, None)).Leases;
        Assert.That(receipt.Select(lease => lease.Id), Is.EquivalentTo(begun));
        if (receipt.Count > 0) Assert.That(await Other.TryRevokeAsync(receipt), Has.Count.EqualTo(begun.Count));
        AssertRefused(await Broker.TryBeginAsync(task), ErrorReason.TaskEnded);
    }

    private async Task RenewAndExpireAsync(int round)
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.IssueAsync(task, LeaseDraft.Token with { Ttl = TimeSpan.FromMilliseconds(1 + (round % 8)) });
        var epoch = await Broker.ReadEpochAsync(task.Bucket);

        var (renewal, expiry) = await BothAsync(
            round,
            () => Broker.TryRenewAsync(task, lease, TimeSpan.FromMinutes(10), epoch),
            () => Other.TryRevokeAsync([lease], EndReason.Expired, RevocationPriority.Expiry, onlyIfDue: true));

        var stored = await Broker.ReadAsync(lease);
        if (renewal is RenewOutcome.Renewed(var renewed, _))
        {
            Assert.That(expiry, Is.Empty);
            Assert.That(Text(stored), Is.EqualTo(Text(renewed)));
            return;
        }

        AssertRefused(renewal, ErrorReason.LeaseNotRenewable);
        Assert.That(stored.State, Is.EqualTo(expiry.Count == 1 ? LeaseState.Revoked : LeaseState.Active));
        Assert.That(stored.ExpiresAt, Is.EqualTo(lease.ExpiresAt));
    }

    private async Task ClaimTwiceAsync(int round)
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.RevokeAsync(await Broker.IssueAsync(task, LeaseDraft.Secret with { Backend = "vault:race" }));

        var (mine, theirs) = await BothAsync(round, () => Broker.TryClaimAsync(lease), () => Other.TryClaimAsync(lease));

        Assert.That((mine is null) ^ (theirs is null), Is.True);
        Assert.That((mine ?? theirs)!.Attempts, Is.EqualTo(1));
        Assert.That(await Broker.SettleAsync((mine ?? theirs)!, SettlementOutcome.Revoked), Is.Not.Null);
    }

    private async Task RevokeAndCommitAsync(int round)
    {
        var task = await Broker.OpenAsync();
        var lease = await Broker.BeginAsync(task, LeaseDraft.Secret with { Backend = "vault:race" });
        var epoch = await Broker.ReadEpochAsync(task.Bucket);

        var (commit, changed) = await BothAsync(round, () => Broker.TryCommitAsync(lease, "accessor-7", epoch: epoch), () => Other.TryRevokeAsync([lease]));

        Assert.That(changed, Has.Count.EqualTo(1));
        Assert.That(commit, Is.TypeOf<CommitOutcome.Committed>().Or.TypeOf<CommitOutcome.Ended>());
        // Whichever came first: it is on its way out, with what has to be undone, and nobody waits for a backend that has answered.
        var claim = await Broker.ClaimAsync(lease);
        Assert.That((claim.Lease.State, claim.Lease.BackendHandle), Is.EqualTo((LeaseState.Revoking, "accessor-7")));
    }
}
