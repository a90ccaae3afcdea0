using CredBroker.Server.Storage.Redis;
using StackExchange.Redis;

namespace CredBroker.Server.Tests.Storage;

[TestFixture, Category("Unit")]
internal sealed class WakeLatchTests
{
    [Test]
    public async Task Listen_StoreAwayAtFirst_ListensOnceItIsBack()
    {
        using var latch = new WakeLatch(TimeProvider.System);
        var (away, tried, listeners) = (true, 0, 0);

        for (var time = 0; time < 4; time++)
        {
            await latch.ListenAsync(_ => ++tried > 0 && away ? Task.FromException(new RedisException("away")) : Task.FromResult(++listeners));
            away = time < 1;
        }

        Assert.That((tried, listeners), Is.EqualTo((3, 1)));
    }
}
