using CredBroker.Leases;
using CredBroker.Revocation;

namespace CredBroker.Tests.Revocation;

[Category("Unit")]
public sealed class LeaseFatesTests
{
    private readonly StubLeases _leases = new();

    [Test]
    public async Task Read_EveryFate_OnlyWhatIsCertainIsConfirmed()
    {
        var task = TaskId.New(bucket: 3, DateTimeOffset.UnixEpoch);
        var ids = Enumerable.Range(0, 5).Select(_ => _leases.Add(task, "vault").Id).ToList();
        _leases.Settle(ids[0], LeaseState.Revoked);
        _leases.Settle(ids[1], LeaseState.Irrevocable);
        _leases.Settle(ids[2], LeaseState.Revoking);
        _leases.Forget(ids[3]);
        _leases.Unreadable.Add(ids[4]);

        var fate = await new LeaseFates(_leases, _leases).ReadAsync(ids, CancellationToken.None);

        Assert.That(fate.Confirmed, Is.EqualTo(new[] { ids[0], ids[3] }), "nobody knows of what cannot be read");
        Assert.That(fate.Irrevocable, Is.EqualTo(new[] { ids[1] }));
        Assert.That(fate.Known.Select(lease => lease.Id), Is.EqualTo(ids.Take(3)));
    }
}
