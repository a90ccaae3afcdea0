using CredBroker.Server.Api;
using CredBroker.Server.Hosting.Connections;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Tests.Api;

/// <summary>No single call lasts longer than the broker's own deadline.</summary>
[TestFixture, Category("Unit")]
internal sealed class CallDeadlinesTests
{
    [TestCase("10S", 10_000), TestCase("1H", 3_600_000), TestCase("2M", 120_000), TestCase("500m", 500), TestCase("1000u", 1), TestCase("1000000n", 1), TestCase("99999999S", 99_999_999_000)]
    public void Read_AsTheProtocolWritesIt_Read(string text, double milliseconds) =>
        Assert.That(CallDeadlines.Read(text), Is.EqualTo(TimeSpan.FromMilliseconds(milliseconds)));

    [TestCase(null), TestCase(""), TestCase("S"), TestCase("10"), TestCase("-1S"), TestCase("1.5S"), TestCase("999999999S"), TestCase("10x"), TestCase(" 1S")]
    public void Read_Anything_IsNone(string? text) => Assert.That(CallDeadlines.Read(text), Is.Null);

    [TestCase(null, "120S"), TestCase("nonsense", "120S"), TestCase("1H", "120S"), TestCase("5S", "5S"), TestCase("120S", "120S")]
    public async Task Invoke_SingleCall_EndsByThen(string? asked, string expected) => Assert.That(await PassAsync(asked, MethodType.Unary), Is.EqualTo(expected));

    [TestCase(MethodType.ServerStreaming), TestCase(MethodType.DuplexStreaming), TestCase(MethodType.ClientStreaming)]
    public async Task Invoke_Stream_IsLeftAlone(MethodType type) => Assert.That(await PassAsync(null, type), Is.Empty);

    private static async Task<string> PassAsync(string? asked, MethodType type)
    {
        var seen = "";
        var http = new DefaultHttpContext();
        http.Request.ContentType = "application/grpc";
        if (asked is not null) http.Request.Headers["grpc-timeout"] = asked;
        var marshaller = Marshallers.Create<object>(_ => [], _ => new object());
        var method = new GrpcMethodMetadata(typeof(object), new Method<object, object>(type, "credbroker.v1.Any", "Call", marshaller, marshaller));
        http.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(method), null));
        var deadlines = new CallDeadlines(
            context =>
            {
                seen = context.Request.Headers["grpc-timeout"].ToString();
                return Task.CompletedTask;
            },
            Options.Create(new LimitOptions()));

        await deadlines.InvokeAsync(http);

        return seen;
    }
}
