using System.Net;
using CredBroker.Testing.Verification;
using CredBroker.Verification.Revocation;

namespace CredBroker.Tests.Verification;

[Category("Server")]
internal sealed class SigningKeyTests : VerificationFixture
{
    [Test]
    public async Task Get_StormOfUnknownKeys_ReadsTheKeysAtMostOncePerInterval()
    {
        // Without a feed nothing but its own worker makes the service read keys.
        var service = await StartServiceAsync(options =>
        {
            options.FeedPolicy = FeedPolicy.Accept;
            options.BrokerAddress = null;
            options.Evidence = null;
        });
        Time.Advance(TimeSpan.FromSeconds(30));
        var before = Broker.KeyReads;

        var storm = Enumerable.Range(0, 220).Select(number => Broker.Draft().WithHeader("kid", $"key-{number}x").Sign(Broker.Key.Key)).ToList();
        var answers = (await Task.WhenAll(storm.Take(200).Select(token => service.GetAsync(token)))).ToList();
        foreach (var token in storm.Skip(200)) answers.Add(await service.GetAsync(token));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(Broker.KeyReads - before, Is.EqualTo(1));
    }

    [Test]
    public async Task Get_NewKey_IsFoundWithoutWaitingForTheNextRead()
    {
        var service = await StartServiceAsync();
        using var next = new FakeSigningKey("key-2");
        Broker.PublishedKeys.Add(next);
        Time.Advance(TimeSpan.FromSeconds(30));

        var answer = await service.GetAsync(Broker.Draft().WithHeader("kid", "key-2").Sign(next.Key));

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Get_KeyReplacedUnderTheSameId_KillsTokensOfTheOldOne()
    {
        var service = await StartServiceAsync();
        var token = Broker.Token();
        Assert.That((await service.GetAsync(token)).Status, Is.EqualTo(HttpStatusCode.OK));
        using var other = new FakeSigningKey(Broker.Key.Id);
        Broker.PublishedKeys.Clear();
        Broker.PublishedKeys.Add(other);

        MakeKeysRead();
        await Eventually.IsTrueAsync(async () => (await service.GetAsync(token)).Status == HttpStatusCode.Unauthorized, "the old key's token is dead");
        var young = await service.GetAsync(Broker.Draft().Sign(other.Key));

        Assert.That(young.Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Get_KeyDroppedFromTheSet_KillsKnownTokens()
    {
        var service = await StartServiceAsync();
        var token = Broker.Token();
        Assert.That((await service.GetAsync(token)).Status, Is.EqualTo(HttpStatusCode.OK));
        using var other = new FakeSigningKey("key-2");
        Broker.PublishedKeys.Clear();
        Broker.PublishedKeys.Add(other);

        MakeKeysRead();

        await Eventually.IsTrueAsync(async () => (await service.GetAsync(token)).Status == HttpStatusCode.Unauthorized, "the token is dead");
        Assert.That((await service.GetAsync(token)).Challenge, Does.Contain("revoked"));
    }

    [Test]
    public async Task Get_BrokerSilentAboutKeys_LastGoodOnesStayUntilTheyAreTooOld()
    {
        var service = await StartServiceAsync(options =>
        {
            options.MaxFeedAge = TimeSpan.FromHours(1);
            options.MaxKeyAge = TimeSpan.FromMinutes(20);
        });
        Broker.KeysDown = true;

        Time.Advance(TimeSpan.FromMinutes(20));
        var within = await service.GetAsync(Broker.Token());
        Time.Advance(TimeSpan.FromSeconds(1));
        var after = await service.GetAsync(Broker.Token());

        Assert.That(within.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(after.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
    }

    [Test]
    public async Task Get_EmptyKeySet_ChangesNothing()
    {
        var service = await StartServiceAsync();
        Broker.PublishedKeys.Clear();

        MakeKeysRead();
        await Eventually.IsTrueAsync(
            () => service.Logs.GetSnapshot().Any(record => record.Exception?.Message.Contains("no ES256 key", StringComparison.Ordinal) == true), "the empty set was read");

        Assert.That((await service.GetAsync(Broker.Token())).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Get_DiscoveryOfAnotherIssuer_IsNotBelieved()
    {
        Broker.ClaimedIssuer = "https://evil.test";
        var service = await BeginServiceAsync();

        var answer = await service.GetAsync(Broker.Token());

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(answer.RetryAfter, Is.Not.Null);
        Assert.That(Broker.KeyReads, Is.Zero);
    }

    [Test]
    public async Task Get_KeysNotReadYet_IsUnavailableAndThenRecovers()
    {
        Broker.KeysDown = true;
        var service = await BeginServiceAsync();
        var first = await service.GetAsync(Broker.Token());
        Broker.KeysDown = false;

        await service.PassTimeUntilAsync(() => Broker.KeyReads > 0, "the keys were read");
        await service.WaitUntilFreshAsync();

        Assert.That(first.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That((await service.GetAsync(Broker.Token())).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    /// <summary>A withdrawal of some other key makes the service read the keys.</summary>
    private void MakeKeysRead()
    {
        var message = Broker.Feed.Message("after");
        message.WithdrawnKeyIds.Add("key-of-nobody");
        Broker.Feed.Send(message);
    }
}
