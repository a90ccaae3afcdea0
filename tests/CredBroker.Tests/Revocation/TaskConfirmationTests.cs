using CredBroker.Leases;
using CredBroker.Revocation;
using CredBroker.Tasks;
using CredBroker.Testing.Broker;

namespace CredBroker.Tests.Revocation;

[Category("Unit")]
public sealed class TaskConfirmationTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private EndingBench _bench = null!;

    [SetUp]
    public void SetUp() => _bench = new EndingBench();

    [TearDown]
    public void TearDown() => _bench.Dispose();

    [Test]
    public async Task Wait_OneIsPending_AsksForThatAloneAndLessAndLessOften()
    {
        var (ended, pending) = await EndAsync(tokens: 300, secrets: 1);
        Assert.That((ended.Receipt.Total, ended.Receipt.Confirmed, ended.Receipt.Pending), Is.EqualTo((301L, 300L, 1L)));
        _bench.Leases.Looks.Clear();

        var waiting = _bench.Confirmation.WaitAsync(ended, TimeSpan.FromSeconds(60), CancellationToken.None);
        await Until.AdvancedAsync(_bench.Time, Step, () => _bench.Time.GetUtcNow() >= _bench.Started.AddSeconds(10));
        Assert.That(_bench.Leases.Looks, Is.All.EqualTo(1));
        Assert.That(_bench.Leases.Looks, Has.Count.InRange(5, 20), "and not two hundred times");
        _bench.Leases.Settle(pending[0], LeaseState.Revoked);
        await Until.AdvancedAsync(_bench.Time, Step, () => waiting.IsCompleted);

        var receipt = await waiting;
        Assert.That((receipt.Total, receipt.Confirmed, receipt.Pending), Is.EqualTo((301L, 301L, 0L)));
        Assert.That(receipt.Leases.Select(lease => lease.State), Is.All.EqualTo(LeaseState.Revoked));
    }

    [Test]
    public async Task Wait_VeryManyPending_FirstOnesAreAskedForUntilTheyAreGone()
    {
        var (ended, pending) = await EndAsync(tokens: 0, secrets: 1_200);
        _bench.Leases.Looks.Clear();

        var waiting = _bench.Confirmation.WaitAsync(ended, TimeSpan.FromSeconds(60), CancellationToken.None);
        await Until.AdvancedAsync(_bench.Time, Step, () => _bench.Leases.Looks.Count >= 3);
        Assert.That(_bench.Leases.Looks, Is.All.EqualTo(500));
        foreach (var id in pending) _bench.Leases.Settle(id, LeaseState.Revoked);
        await Until.AdvancedAsync(_bench.Time, Step, () => waiting.IsCompleted);

        Assert.That(_bench.Leases.Looks[^3..], Is.EqualTo(new[] { 500, 500, 200 }));
        Assert.That((await waiting).Confirmed, Is.EqualTo(1_200L));
    }

    [Test]
    public async Task Wait_TimeIsUp_ReceiptIsThatOfNow()
    {
        var (ended, pending) = await EndAsync(tokens: 1, secrets: 700);

        var waiting = _bench.Confirmation.WaitAsync(ended, TimeSpan.FromSeconds(5), CancellationToken.None);
        _bench.Leases.Settle(pending[^1], LeaseState.Revoked);
        _bench.Leases.Settle(pending[^2], LeaseState.Irrevocable);
        await Until.AdvancedAsync(_bench.Time, Step, () => waiting.IsCompleted);

        var receipt = await waiting;
        Assert.That(
            (receipt.Total, receipt.Confirmed, receipt.Irrevocable, receipt.Pending), Is.EqualTo((701L, 2L, 1L, 698L)), "also of those that were not looked at before");
        Assert.That(_bench.Time.GetUtcNow() - _bench.Started, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task End_Again_ReceiptOfWhatHasBecomeOfThem()
    {
        var task = _bench.Tasks.Add();
        var lease = _bench.Leases.Add(task, "vault");
        await _bench.Ender.EndAsync(new SealRequest(task, EndReason.TaskEnded), CancellationToken.None);
        _bench.Leases.Settle(lease.Id, LeaseState.Irrevocable);

        var again = await _bench.Ender.EndAsync(new SealRequest(task, EndReason.TaskEnded), CancellationToken.None);

        Assert.That((again?.Receipt.Total, again?.Receipt.Irrevocable, again?.Pending.Count), Is.EqualTo((1L, 1L, 0)));
    }

    private async Task<(EndedTask Ended, IReadOnlyList<LeaseId> Pending)> EndAsync(int tokens, int secrets)
    {
        var task = _bench.Tasks.Add();
        for (var i = 0; i < tokens; i++) _bench.Leases.Add(task);
        var pending = Enumerable.Range(0, secrets).Select(_ => _bench.Leases.Add(task, "vault").Id).ToList();
        var ended = await _bench.Ender.EndAsync(new SealRequest(task, EndReason.TaskEnded), CancellationToken.None);
        Assert.That(ended!.Pending, Is.EqualTo(pending));
        return (ended, pending);
    }
}
