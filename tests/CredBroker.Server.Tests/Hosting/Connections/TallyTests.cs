using CredBroker.Server.Hosting.Connections;

namespace CredBroker.Server.Tests.Hosting.Connections;

[TestFixture, Category("Unit")]
internal sealed class TallyTests
{
    [Test]
    public void TryAdd_UpToTheMost_ThenNoneUntilOneIsGivenBack()
    {
        var tally = new Tally(2);

        Assert.That((tally.TryAdd("a"), tally.TryAdd("a"), tally.TryAdd("a"), tally.TryAdd("b")), Is.EqualTo((true, true, false, true)));
        tally.Remove("a");
        Assert.That((tally.TryAdd("a"), tally.TryAdd("a")), Is.EqualTo((true, false)));
    }

    [Test]
    public void TryAdd_NoMost_Always()
    {
        var tally = new Tally(0);

        Assert.That(Enumerable.Range(0, 1_000).All(_ => tally.TryAdd("a")), Is.True);
    }

    [Test]
    public void AddAndRemove_ByManyAtOnce_NothingIsLeftOver()
    {
        var tally = new Tally(1_000_000);

        Parallel.For(0, 20_000, _ =>
        {
            tally.TryAdd("a");
            tally.Remove("a");
        });

        var one = new Tally(1);
        Assert.That((one.TryAdd("a"), one.TryAdd("a")), Is.EqualTo((true, false)));
        tally.Remove("a");
        Assert.That(tally.TryAdd("a"), Is.True, "and removing what nobody holds does no harm");
    }
}
