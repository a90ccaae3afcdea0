using System.Diagnostics.Metrics;
using System.Net;
using CredBroker.Protocol.V1;
using CredBroker.Testing.Verification;
using CredBroker.Verification.Revocation;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace CredBroker.Tests.Verification;

[Category("Server")]
internal sealed class FeedLossTests : VerificationFixture
{
    private static readonly Status Gone = new(StatusCode.Unavailable, "gone");

    [Test]
    public async Task Get_FeedLost_IsUnavailableOnceTheFeedIsTooOldAndRecovers()
    {
        var service = await StartServiceAsync();
        Broker.Feed.Refusal = Gone;
        Broker.Feed.End(Gone);

        Time.Advance(TimeSpan.FromSeconds(30));
        var within = await service.GetAsync(Broker.Token());
        Time.Advance(TimeSpan.FromMilliseconds(1));
        var after = await service.GetAsync(Broker.Token());
        Broker.Feed.Refusal = null;
        await service.PassTimeUntilAsync(() => service.Health.State == FeedState.Fresh, "the feed is back");

        Assert.That(within.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(after.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(after.RetryAfter, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(after.Challenge, Is.Empty, "the token is not to blame");
        Assert.That((await service.GetAsync(Broker.Token())).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Get_FeedLost_StillSaysRevokedAndForged()
    {
        Broker.Feed.Greeting = _ =>
        {
            var message = Broker.Feed.Message("s1");
            message.Revoked.Add(new RevokedLease { LeaseId = "lse_a", ExpiresAt = Timestamp.FromDateTimeOffset(Start.AddHours(1)) });
            message.Reset = message.SnapshotComplete = true;
            return [message];
        };
        var service = await StartServiceAsync();
        Broker.Feed.Refusal = Gone;
        Broker.Feed.End(Gone);
        Time.Advance(TimeSpan.FromMinutes(2));

        Assert.That((await service.GetAsync(Broker.Token("lse_a"))).Challenge, Does.Contain("revoked"));
        Assert.That((await service.GetAsync(Broker.Draft().LeaveUnsigned())).Challenge, Does.Contain("bad signature"));
    }

    [Test]
    public async Task Get_FeedLostUnderAccept_PassesButIsCountedAndNotHealthy()
    {
        var service = await StartServiceAsync(options => options.FeedPolicy = FeedPolicy.Accept);
        using var counted = new MetricCollector<long>(
            service.Services.GetRequiredService<IMeterFactory>(), "CredBroker.Verification", "credbroker.verification.tokens");
        Broker.Feed.Refusal = Gone;
        Broker.Feed.End(Gone);
        Time.Advance(TimeSpan.FromMinutes(2));

        var answer = await service.GetAsync(Broker.Token());
        await service.GetAsync(Broker.Draft().LeaveUnsigned());

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(counted.GetMeasurementSnapshot().Select(measurement => measurement.Tags["outcome"]),
            Is.EqualTo((string[])["accepted_unchecked", "bad_signature"]));
        Assert.That(service.Health.State, Is.EqualTo(FeedState.Stale));
    }

    [Test]
    public async Task Get_BrokerSpeaksButReadsNoMore_IsUnavailableAndAnotherReplicaIsTried()
    {
        var service = await StartServiceAsync();
        var asOf = Broker.Feed.Message("").AsOf;
        var status = HttpStatusCode.OK;
        for (var beat = 1; beat < 20 && !IsLeft(); beat++)
        {
            Time.Advance(TimeSpan.FromSeconds(5));
            Broker.Feed.Send(new WatchRevocationsResponse { Cursor = $"beat-{beat}", AsOf = asOf, Revoked = { new RevokedLease { LeaseId = $"lse_{beat}" } } });
            await Eventually.IsTrueAsync(() => service.Revocations.LeaseCount >= beat || IsLeft(), "the beat was heard");
            if (beat == 7) status = (await service.GetAsync(Broker.Token("lse_good"))).Status;
        }

        Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(IsLeft(), Is.True, "it looks for another replica");

        bool IsLeft() => Broker.Feed.Watchers == 0 || Broker.Feed.Requests.Count > 1;
    }

    [Test]
    public async Task Health_PartWithoutCursor_IsAppliedButMakesNothingFresher()
    {
        var service = await StartServiceAsync();
        Time.Advance(TimeSpan.FromSeconds(20));
        var part = Broker.Feed.Message("");
        part.Revoked.Add(new RevokedLease { LeaseId = "lse_a" });

        await service.FeedAsync(Broker, part, () => service.Revocations.LeaseCount == 1);
        await service.FeedAsync(Broker, Revoking("lse_b"), () => service.Revocations.LeaseCount == 2);

        Assert.That(service.Health.AsOf, Is.EqualTo(Start), "more is to come");

        WatchRevocationsResponse Revoking(string lease)
        {
            var next = part.Clone();
            next.Revoked[0].LeaseId = lease;
            return next;
        }
    }

    [Test]
    public async Task Get_Heartbeats_KeepTheFeedFresh()
    {
        var service = await StartServiceAsync();
        for (var beat = 0; beat < 20; beat++)
        {
            Time.Advance(TimeSpan.FromSeconds(10));
            var now = Time.GetUtcNow();
            await service.FeedAsync(Broker, Broker.Feed.Message($"beat-{beat}"), () => service.Health.AsOf == now);
        }

        Assert.That((await service.GetAsync(Broker.Token())).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Broker.Feed.Requests, Has.Count.EqualTo(1));
    }

    [TestCase(-60, FeedState.Fresh)]
    [TestCase(-61, FeedState.Stale)]
    [TestCase(600, FeedState.Fresh)]
    public async Task Health_BrokersClockApart_CountsOnlyWhatGoesBeyondTheAllowance(int seconds, FeedState expected)
    {
        Broker.Feed.Greeting = _ =>
        {
            var message = Broker.Feed.Message("s1");
            message.AsOf = Timestamp.FromDateTimeOffset(Start.AddSeconds(seconds));
            message.Reset = message.SnapshotComplete = true;
            return [message];
        };

        var service = await BeginServiceAsync();
        await Eventually.IsTrueAsync(() => service.Health.AsOf is not null, "a message came");

        Assert.That(service.Health.State, Is.EqualTo(expected));
    }
}
