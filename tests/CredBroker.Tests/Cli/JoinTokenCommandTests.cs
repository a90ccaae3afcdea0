using System.Text;
using CredBroker.Attestation;

namespace CredBroker.Tests.Cli;

[TestFixture, Category("Unit")]
public sealed class JoinTokenCommandTests
{
    [Test]
    public async Task New_Json_TokenAndTheLineOfItsHash()
    {
        await using var bench = await CliBench.StartAsync();

        Assert.That(await bench.RunAsync("join-token", "new", "--name", "edge/7", "--ttl", "2h", "-o", "json"), Is.Zero);

        Assert.That(JoinToken.TryParse(Encoding.ASCII.GetBytes(bench.Json.GetProperty("token").GetString()!), out var token), Is.True);
        Assert.That(JoinTokenLine.TryParse(bench.Json.GetProperty("line").GetString()!, out var line), Is.True);
        Assert.That((line!.Name, line.Hash), Is.EqualTo(("edge/7", token!.Hash)));
        Assert.That(line.ExpiresAt, Is.EqualTo(TimeProvider.System.GetUtcNow().AddHours(2)).Within(TimeSpan.FromMinutes(1)));
        Assert.That(bench.Json.GetProperty("line").GetString(), Does.Not.Contain(token.Reveal()));
        Assert.That(bench.Broker.Calls, Is.Empty);
    }

    [TestCase("Edge")]
    [TestCase("a b")]
    [TestCase("../x")]
    public async Task New_BadName_IsAWrongCall(string name)
    {
        await using var bench = await CliBench.StartAsync();

        Assert.That(await bench.RunAsync("join-token", "new", "--name", name), Is.EqualTo(2));
        Assert.That(bench.Out, Is.Empty);
    }
}
