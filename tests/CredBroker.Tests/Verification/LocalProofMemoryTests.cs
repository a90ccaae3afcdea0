using CredBroker.Verification.Proofs;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Tests.Verification;

[TestFixture, Category("Unit")]
public sealed class LocalProofMemoryTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public async Task TryUseAsync_WhileItIsGood_IsRememberedAndThenForgotten()
    {
        var memory = new LocalProofMemory(_time);
        for (var second = 0; second < 300; second++)
        {
            var end = _time.GetUtcNow().AddSeconds(60);
            Assert.That(await memory.TryUseAsync($"{second}", end, CancellationToken.None), Is.True);
            for (var earlier = Math.Max(0, second - 59); earlier <= second; earlier++)
                Assert.That(await memory.TryUseAsync($"{earlier}", end, CancellationToken.None), Is.False, $"{earlier} at {second}");
            Assert.That(memory.Count, Is.LessThanOrEqualTo(130));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Test]
    public async Task TryUseAsync_MoreThanItHolds_TakesNoneUntilOthersAreOver()
    {
        var memory = new LocalProofMemory(_time, capacity: 10);
        var end = _time.GetUtcNow().AddSeconds(60);
        for (var i = 0; i < 10; i++) Assert.That(await memory.TryUseAsync($"{i}", end, CancellationToken.None), Is.True);

        Assert.That(await memory.TryUseAsync("more", end, CancellationToken.None), Is.False);

        _time.Advance(TimeSpan.FromSeconds(61));
        await memory.TryUseAsync("turn", _time.GetUtcNow().AddSeconds(60), CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.That(await memory.TryUseAsync("more", _time.GetUtcNow().AddSeconds(60), CancellationToken.None), Is.True);
    }
}
