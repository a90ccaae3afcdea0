using CredBroker.Server.Revocation;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Revocation;

[TestFixture, Category("Unit")]
internal sealed class RevocationRateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [TestCase(1), TestCase(2), TestCase(4), TestCase(7), TestCase(200)]
    public async Task Wait_AllTheTime_AsManyASecondAsSaid(int perSecond)
    {
        var time = new FakeTimeProvider();
        var rate = new RevocationRate(perSecond, time);
        var begun = 0;
        var waiting = rate.WaitAsync(CancellationToken.None);

        for (var milliseconds = 0; milliseconds <= 10_000; milliseconds += 5)
        {
            for (var allowed = 1 + ((milliseconds + 200) * perSecond / 1_000); begun < allowed; begun++)
            {
                await waiting.WaitAsync(Patience, TimeProvider.System);
                waiting = rate.WaitAsync(CancellationToken.None);
            }

            Assert.That(waiting.IsCompleted, Is.False, $"after {milliseconds} ms");
            time.Advance(TimeSpan.FromMilliseconds(5));
        }
    }

    [Test]
    public void Wait_AfterAQuietTime_NoMoreThanAFifthOfASecondIsSavedUp()
    {
        var time = new FakeTimeProvider();
        var rate = new RevocationRate(50, time);
        time.Advance(TimeSpan.FromHours(1));

        var atOnce = 0;
        while (rate.WaitAsync(CancellationToken.None).IsCompleted) atOnce++;

        Assert.That(atOnce, Is.EqualTo(11));
    }
}
