using CredBroker.Protocol.V1;
using CredBroker.Server.Tests.Api;
using CredBroker.Testing.Broker;
using CredBroker.Testing.Verification;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Server.Tests.Faults;

[TestFixture, Category("Fault"), Parallelizable(ParallelScope.Self)]
internal sealed class StoppedBrokerTests
{
    [Test]
    public async Task Terminated_WithOpenStreams_EndsWellAndSoon()
    {
        await using var store = await OwnStore.StartAsync();
        await using var broker = await BrokerProcess.StartAsync(store.Site);
        var opened = await broker.Calls.OpenAsync();
        using var beats = broker.Calls.Tasks.KeepAlive(opened.Auth);
        await beats.RequestStream.WriteAsync(new KeepAliveRequest());
        Assert.That(await beats.ResponseStream.MoveNext(), Is.True);
        await using var watch = new Watch(broker.Calls.Feed.WatchRevocations(new WatchRevocationsRequest { Evidence = store.Site.EvidenceOf("service/orders") }));
        await watch.UntilAsync(message => message.SnapshotComplete);
        using var activities = broker.Calls.Credentials.StreamActivity(opened.Auth);
        await activities.RequestStream.WriteAsync(new StreamActivityRequest { Activity = new Activity { Kind = Activity.Types.Kind.Prompt, At = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow()), Subject = "a-model", Digest = new string('a', 64) } });
        await Eventually.IsTrueAsync(() => store.Site.ReadAudit().Any(line => (string?)line["type"] == "activity_reported"), "the activity is on record");

        var exitCode = await broker.StopAsync();

        Assert.That(exitCode, Is.Zero, broker.Output);
        var life = store.Site.ReadAudit().Select(line => (string?)line["type"]).Where(type => type?.StartsWith("broker_", StringComparison.Ordinal) == true);
        Assert.That(life, Is.EqualTo(new[] { "broker_started", "broker_stopped" }));
        Assert.That((await activities.ResponseAsync).Recorded, Is.EqualTo(1));
    }
}
