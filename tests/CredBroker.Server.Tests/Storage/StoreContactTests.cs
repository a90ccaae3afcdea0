using CredBroker.Server.Storage.Redis;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Storage;

[TestFixture, Category("Unit")]
public sealed class StoreContactTests
{
    private static readonly TimeSpan While = TimeSpan.FromSeconds(10);
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void UnbrokenFor_NeverLost_SinceTheBrokerBegan()
    {
        var contact = new StoreContact(_time);
        _time.Advance(While);
        contact.Heard(3);

        Assert.That(contact.UnbrokenFor(3), Is.EqualTo(While));
    }

    [Test]
    public void UnbrokenFor_Lost_NothingUntilItIsHeardAndThenSinceThat()
    {
        var contact = new StoreContact(_time);
        _time.Advance(While);
        contact.Lost(3);
        _time.Advance(While);

        Assert.That(contact.UnbrokenFor(3), Is.EqualTo(TimeSpan.Zero));

        contact.Heard(3);
        _time.Advance(While);
        contact.Heard(3);
        Assert.That(contact.UnbrokenFor(3), Is.EqualTo(While));
    }

    [Test]
    public void UnbrokenFor_AnotherBucketLost_AsBefore()
    {
        var contact = new StoreContact(_time);
        contact.Lost(3);
        _time.Advance(While);
        contact.Heard(3);

        Assert.That(contact.UnbrokenFor(4), Is.EqualTo(While));
    }
}
