using System.Net;
using CredBroker.Protocol.V1;
using CredBroker.Verification.Revocation;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace CredBroker.Tests.Verification;

[Category("Server")]
internal sealed class RevocationFeedTests : VerificationFixture
{
    [Test]
    public async Task Get_LeaseRevoked_IsRefusedAtOnce()
    {
        var service = await StartServiceAsync();
        var token = Broker.Token("lse_a");
        Assert.That((await service.GetAsync(token)).Status, Is.EqualTo(HttpStatusCode.OK));

        await service.FeedAsync(Broker, Revoking("c1", "lse_a"), () => service.Revocations.LeaseCount == 1);

        var answer = await service.GetAsync(token);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.Challenge, Is.EqualTo("Bearer error=\"invalid_token\", error_description=\"revoked\""));
        Assert.That((await service.GetAsync(Broker.Token("lse_b"))).Status, Is.EqualTo(HttpStatusCode.OK), "another lease lives");
    }

    [Test]
    public async Task Stop_WhileTheFeedIsRead_IsNoFault()
    {
        var service = await StartServiceAsync();

        await service.StopAsync();

        // It may be asked how it is before it has read the broker's keys; that is another matter.
        var faults = service.Logs.GetSnapshot().Where(record => record.Level >= LogLevel.Error && record.Category?.Contains("HealthChecks", StringComparison.Ordinal) != true);
        Assert.That(faults.Select(record => record.Message), Is.Empty);
    }

    [Test]
    public async Task Get_FenceMatches_KillsWhatWasIssuedByThen()
    {
        var service = await StartServiceAsync();
        var message = Broker.Feed.Message("c1");
        var expression = new FenceEvent.Types.Expression { Labels = { "label-tenant", "label-task" } };
        message.Fences.Add(new FenceEvent { FenceId = "fnc_1", NotBefore = Stamp(Start), Expressions = { expression } });

        await service.FeedAsync(Broker, message, () => service.Revocations.FenceRuleCount == 1);

        var before = await service.GetAsync(Broker.Token());
        var after = await service.GetAsync(Broker.Draft().With("iat", Start.ToUnixTimeSeconds() + 1).Sign(Broker.Key.Key));
        var other = await service.GetAsync(Broker.Draft().With("labels", new System.Text.Json.Nodes.JsonArray("label-tenant")).Sign(Broker.Key.Key));
        Assert.That(before.Challenge, Does.Contain("revoked"));
        Assert.That(after.Status, Is.EqualTo(HttpStatusCode.OK), "issued after the fence was lifted");
        Assert.That(other.Status, Is.EqualTo(HttpStatusCode.OK), "carries only one of the labels");
    }

    [Test]
    public async Task Get_KeyWithdrawn_KillsKnownTokensAndNewOnes()
    {
        var service = await StartServiceAsync();
        var known = Broker.Token("lse_a");
        await service.GetAsync(known);
        var message = Broker.Feed.Message("c1");
        message.WithdrawnKeyIds.Add(Broker.Key.Id);

        await service.FeedAsync(Broker, message, () => service.Revocations.IsWithdrawn(Broker.Key.Id));

        Assert.That((await service.GetAsync(known)).Challenge, Does.Contain("revoked"));
        Assert.That((await service.GetAsync(Broker.Token("lse_b"))).Challenge, Does.Contain("revoked"));
    }

    [Test]
    public async Task Get_SnapshotNotWholeYet_IsUnavailableUntilItIs()
    {
        Broker.Feed.Greeting = _ => [Part("s1", "lse_a", reset: true)];
        var service = await BeginServiceAsync();
        await Eventually(() => Broker.Feed.Watchers == 1);

        var unread = await service.GetAsync(Broker.Token("lse_b"));
        var unready = await service.IsReadyAsync();
        Broker.Feed.Send(Part("s2", "lse_c", complete: true));
        await service.WaitUntilFreshAsync();

        Assert.That(unread.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(unread.RetryAfter, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(unready, Is.False);
        Assert.That((await service.GetAsync(Broker.Token("lse_b"))).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await service.GetAsync(Broker.Token("lse_a"))).Challenge, Does.Contain("revoked"));
        Assert.That((await service.GetAsync(Broker.Token("lse_c"))).Challenge, Does.Contain("revoked"));
    }

    [Test]
    public async Task Get_ResetUnderWay_OldSetStaysInForceUntilTheNewIsWhole()
    {
        Broker.Feed.Greeting = _ => [Part("s1", "lse_a", reset: true, complete: true)];
        var service = await StartServiceAsync();

        Broker.Feed.Send(Part("n1", "lse_b", reset: true));
        Broker.Feed.Send(Part("n2", "lse_c"));
        var during = await service.GetAsync(Broker.Token("lse_a"));
        await service.FeedAsync(Broker, Part("n3", "lse_d", complete: true), () => service.Revocations.LeaseCount == 3);

        Assert.That(during.Challenge, Does.Contain("revoked"));
        Assert.That((await service.GetAsync(Broker.Token("lse_a"))).Status, Is.EqualTo(HttpStatusCode.OK), "the new snapshot says nothing of it");
        foreach (var dead in new[] { "lse_b", "lse_c", "lse_d" })
            Assert.That((await service.GetAsync(Broker.Token(dead))).Challenge, Does.Contain("revoked"));
    }

    [Test]
    public async Task Watch_StreamEnds_ResumesByCursorWithFreshEvidence()
    {
        var asked = 0;
        var service = await StartServiceAsync(options => options.Evidence = _ => ValueTask.FromResult($"evidence-{++asked}"));
        await service.FeedAsync(Broker, Revoking("c7", "lse_a"), () => service.Revocations.LeaseCount == 1);

        Broker.Feed.End();
        await service.PassTimeUntilAsync(() => Broker.Feed.Requests.Count == 2, "it resumed");

        var requests = Broker.Feed.Requests.ToArray();
        Assert.That(requests.Select(request => request.Cursor), Is.EqualTo((string[])["", "c7"]));
        Assert.That(requests.Select(request => request.Evidence.Payload.ToStringUtf8()), Is.EqualTo((string[])["evidence-1", "evidence-2"]));
        Assert.That(requests.Select(request => request.Evidence.Attestor), Is.All.EqualTo("spiffe_jwt"));
        Assert.That((await service.GetAsync(Broker.Token("lse_a"))).Challenge, Does.Contain("revoked"));
    }

    [Test]
    public async Task Watch_SnapshotCutOff_BeginsAgainFromTheLastWholeState()
    {
        Broker.Feed.Greeting = _ => [Part("s1", "lse_a", reset: true)];
        var service = await BeginServiceAsync();
        await Eventually(() => Broker.Feed.Watchers == 1);

        Broker.Feed.End(new Status(StatusCode.Unavailable, "gone"));
        Broker.Feed.Greeting = _ => [Part("t1", "lse_b", complete: true)];
        await service.PassTimeUntilAsync(() => Broker.Feed.Watchers == 1 && service.Revocations.LeaseCount == 1, "it reconnected");

        Assert.That(Broker.Feed.Requests.Select(request => request.Cursor), Is.All.Empty);
        Assert.That(service.Health.State, Is.EqualTo(FeedState.Unread), "the end of a snapshot without its beginning is none");
    }

    [Test]
    public async Task Watch_CursorRefused_BeginsWithASnapshot()
    {
        var service = await StartServiceAsync();
        Broker.Feed.Refusal = new Status(StatusCode.InvalidArgument, "cursor");
        Broker.Feed.End();
        await service.PassTimeUntilAsync(() => Broker.Feed.Requests.Count >= 2, "the cursor was refused");
        Broker.Feed.Refusal = null;

        await service.PassTimeUntilAsync(() => Broker.Feed.Watchers == 1, "it began again");

        Assert.That(Broker.Feed.Requests.Last().Cursor, Is.Empty);
    }

    [Test]
    public async Task Watch_EvidenceFile_IsReadForEachConnection()
    {
        using var folder = new TemporaryFile("first\n");
        var service = await StartServiceAsync(options =>
        {
            options.Evidence = null;
            options.EvidenceFile = folder.Path;
        });

        await File.WriteAllTextAsync(folder.Path, "second\n");
        Broker.Feed.End();
        await service.PassTimeUntilAsync(() => Broker.Feed.Requests.Count == 2, "it resumed");

        Assert.That(Broker.Feed.Requests.Select(request => request.Evidence.Payload.ToStringUtf8()), Is.EqualTo((string[])["first", "second"]));
    }

    [Test]
    public async Task Get_MoreRevokedThanFits_IsUnavailable()
    {
        var service = await StartServiceAsync(options => options.MaxRevokedLeases = 1_000);
        var message = Broker.Feed.Message("c1");
        message.Revoked.AddRange(Enumerable.Range(0, 1_001).Select(number => Dead($"lse_{number}")));

        await service.FeedAsync(Broker, message, () => !service.Revocations.IsWhole);

        Assert.That((await service.GetAsync(Broker.Token("lse_other"))).Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That((await service.GetAsync(Broker.Token("lse_7"))).Challenge, Does.Contain("revoked"), "what is known to be dead stays dead");
    }

    private static Task Eventually(Func<bool> condition) => CredBroker.Testing.Verification.Eventually.IsTrueAsync(condition, "the feed is watched");

    private static Timestamp Stamp(DateTimeOffset instant) => Timestamp.FromDateTimeOffset(instant);

    private static RevokedLease Dead(string lease) => new() { LeaseId = lease, ExpiresAt = Stamp(Start.AddHours(1)) };

    private WatchRevocationsResponse Revoking(string cursor, string lease)
    {
        var message = Broker.Feed.Message(cursor);
        message.Revoked.Add(Dead(lease));
        return message;
    }

    private WatchRevocationsResponse Part(string cursor, string lease, bool reset = false, bool complete = false)
    {
        var message = Revoking(cursor, lease);
        (message.Reset, message.SnapshotComplete) = (reset, complete);
        return message;
    }

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string text) => File.WriteAllText(Path, text);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
