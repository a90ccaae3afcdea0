using CredBroker.Revocation;
using CredBroker.Testing.Broker;

namespace CredBroker.Server.Tests.Revocation;

[TestFixture, Category("Unit"), Parallelizable(ParallelScope.Self)]
internal sealed class OrderWorkerTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private OrderBench _bench = null!;

    [SetUp]
    public void SetUp() => _bench = new OrderBench();

    [TearDown]
    public void TearDown() => _bench.LetGo();

    [Test]
    public async Task Work_OneOrderHangs_OthersAreCarriedThroughAllTheSame()
    {
        var hanging = _bench.Add();
        _bench.HeldFence = hanging.FenceId;
        var before = _bench.Add();
        using var worker = _bench.OpenWorker();
        await worker.StartAsync(CancellationToken.None);
        await Until.AdvancedAsync(_bench.Time, Step, () => !_bench.Read(before.Id).IsOpen);

        var after = _bench.Add();
        await Until.AdvancedAsync(_bench.Time, Step, () => !_bench.Read(after.Id).IsOpen);

        Assert.That(_bench.Read(hanging.Id).State, Is.EqualTo(OrderState.Fencing));
        _bench.LetGo();
        await Until.AdvancedAsync(_bench.Time, Step, () => !_bench.Read(hanging.Id).IsOpen);
        await worker.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Work_BackendsSayNothing_LookedAtLessAndLessOften()
    {
        _bench.Add(OrderState.Done, unconfirmed: 7);
        using var worker = _bench.OpenWorker();
        await worker.StartAsync(CancellationToken.None);

        await Until.AdvancedAsync(_bench.Time, Step, () => _bench.Time.GetUtcNow() >= _bench.Started.AddSeconds(60));
        var looks = _bench.Looks;

        Assert.That(looks, Is.InRange(5, 30), "and not three hundred times");
        await Until.AdvancedAsync(_bench.Time, Step, () => _bench.Looks > looks);
        await worker.StopAsync(CancellationToken.None);
    }
}
