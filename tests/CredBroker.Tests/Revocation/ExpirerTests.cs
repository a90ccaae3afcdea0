using CredBroker.Leases;
using CredBroker.Tasks;
using CredBroker.Testing.Broker;

namespace CredBroker.Tests.Revocation;

[Category("Unit")]
public sealed class ExpirerTests
{
    private EndingBench _bench = null!;

    [SetUp]
    public void SetUp() => _bench = new EndingBench();

    [TearDown]
    public void TearDown()
    {
        _bench.Tasks.LetGo();
        _bench.Dispose();
    }

    [Test]
    public async Task RunOnce_EndingsOfTasksHang_LeasesExpireAllTheSame()
    {
        _bench.Tasks.Hold();
        var tasks = Enumerable.Range(0, 100).Select(_ => _bench.Tasks.Add()).ToList();
        var first = _bench.Leases.Add(TaskId.New(bucket: 9, _bench.Time.GetUtcNow()));
        _bench.Due = [new DueBatch(3, [], tasks), new DueBatch(9, [first], [])];
        await _bench.Expirer.RunOnceAsync(CancellationToken.None);
        Assert.That((_bench.Leases.Count(LeaseState.Revoked), _bench.Tasks.Count(TaskState.Sealed)), Is.EqualTo((1, 100)), "all are sealed, none is issued under any more");

        var second = _bench.Leases.Add(TaskId.New(bucket: 9, _bench.Time.GetUtcNow()));
        _bench.Due = [new DueBatch(3, [], tasks), new DueBatch(9, [second], [])];
        await _bench.Expirer.RunOnceAsync(CancellationToken.None);

        Assert.That((_bench.Leases.Count(LeaseState.Revoked), _bench.Tasks.Count(TaskState.Ended)), Is.EqualTo((2, 0)));
        await Until.TrueAsync(() => _bench.Tasks.Waiting == 8);
        _bench.Tasks.LetGo();
        await Until.TrueAsync(() => _bench.Tasks.Count(TaskState.Ended) == 100);
        Assert.That(_bench.Tasks.Waiting, Is.EqualTo(100), "each was begun once");
    }

    [Test]
    public async Task RunOnce_TaskWithLeases_ReadOnce()
    {
        var task = _bench.Tasks.Add();
        for (var i = 0; i < 30; i++) _bench.Leases.Add(task);
        _bench.Due = [new DueBatch(3, [], [task])];

        await _bench.Expirer.RunOnceAsync(CancellationToken.None);

        await Until.TrueAsync(() => _bench.Tasks.Count(TaskState.Ended) == 1);
        Assert.That((_bench.Leases.Lists, _bench.Leases.Looks.Count), Is.EqualTo((1, 0)));
        Assert.That(_bench.Leases.Count(LeaseState.Revoked), Is.EqualTo(30));
    }
}
