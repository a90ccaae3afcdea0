using System.Text.Json;
using CredBroker.Protocol.V1;
using CredBroker.Server.Hosting;
using CredBroker.Server.Tests.Hosting;
using Grpc.Core;

namespace CredBroker.Server.Tests.Access;

[TestFixture, Category("Server")]
public sealed class DevelopmentAccessTests
{
    [Test]
    public async Task Start_InDevelopment_TokensOfTheFileCanCall()
    {
        await using var broker = await OperatedBroker.StartAsync();
        var tokens = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(broker.DataFile("operators.json")))!;

        var templates = await broker.Governance.ListTemplatesAsync(new ListTemplatesRequest(), OperatedBroker.Bearer(tokens["viewer"]));

        Assert.Multiple(async () =>
        {
            Assert.That(templates.Templates, Has.Count.EqualTo(2));
            Assert.That(ScratchFolder.ModeOf(broker.DataFile("operators.json")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(CodeOf(() => broker.Governance.ResetClock(new ResetClockRequest(), OperatedBroker.Bearer(tokens["responder"]))), Is.EqualTo(StatusCode.PermissionDenied));
            foreach (var token in tokens.Values) Assert.That(await broker.ReadAuditAsync(), Does.Not.Contain(token.Split('.')[1]));
        });
    }

    [Test]
    public async Task Start_InDevelopmentWithAnIssuer_NoTokensOfDevelopment()
    {
        await using var broker = await OperatedBroker.StartAsync(("Access:Issuers:0:Issuer", "https://login.acme.test"), ("Access:Issuers:0:Audience", "x"));

        Assert.That(File.Exists(broker.DataFile("operators.json")), Is.False);
    }

    [Test]
    public void Start_WrongAccessSettings_Refused() => Assert.That(
        async () => await OperatedBroker.StartAsync(("Access:Issuers:0:Issuer", "http://login.acme.test")),
        Throws.Exception.Matches<Exception>(fault => StartFaults.Describe(fault!)?.Any(line => line.StartsWith("Access:Issuers:0:Issuer", StringComparison.Ordinal)) == true));

    private static StatusCode CodeOf(Action call)
    {
        try
        {
            call();
            return StatusCode.OK;
        }
        catch (RpcException refusal)
        {
            return refusal.StatusCode;
        }
    }
}
