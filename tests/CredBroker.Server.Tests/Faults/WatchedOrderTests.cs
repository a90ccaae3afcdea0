using System.Text.Json.Nodes;
using CredBroker.Client;
using CredBroker.Client.Operators;
using CredBroker.Testing.Verification;

namespace CredBroker.Server.Tests.Faults;

/// <summary>A responder who watches an order is not left alone by a broker that dies.</summary>
[TestFixture, Category("Fault")]
internal sealed class WatchedOrderTests
{
    [Test]
    public async Task Watch_BrokerKilledAndRestarted_GoesOnToTheEnd()
    {
        await using var bench = await CrashBench.StartAsync();
        var broker = await bench.StartBrokerAsync();
        // The next one has to be where this one was.
        var address = bench.Site.ReadEndpoints()["grpc"];
        bench.Site.Settings["Listen:Grpc"] = address.GetLeftPart(UriPartial.Authority);
        var task = await broker.Calls.OpenAsync();
        await task.IssueAsync("scripted");
        bench.Service.IsDown = true;
        using var responder = new CredBrokerOperator(
            new CredBrokerOptions { Address = address.ToString() },
            async cancellation => JsonNode.Parse(await File.ReadAllTextAsync(
                Path.Combine(bench.Site.DataFolder, "operators.json"), cancellation))!["responder"]!.GetValue<string>());
        LeaseSelector[] selectors = [new() { Template = "scripted" }];
        var radius = await responder.Revocations.PreviewAsync(selectors);
        var order = await responder.Revocations.OrderAsync(selectors, "drill", radius.Total);
        RevocationOrder? last = null;
        var watching = Task.Run(async () =>
        {
            await foreach (var told in responder.Revocations.WatchAsync(order.Id)) Volatile.Write(ref last, told);
        });
        await Eventually.IsTrueAsync(() => Volatile.Read(ref last)?.Unconfirmed == 1, "the order waits for its backend");

        await broker.KillAsync();
        await bench.StartBrokerAsync();
        bench.Service.IsDown = false;
        await watching;

        Assert.That((last!.Confirmed, last.Unconfirmed), Is.EqualTo((1L, 0L)));
    }
}
