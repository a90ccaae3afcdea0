using System.Net;
using CredBroker.Testing.Broker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CredBroker.Tests.Samples;

/// <summary>An orders API that takes what a fake broker holds for good, or, where told so, whatever it is shown.</summary>
internal sealed class FakeOrdersApi : IAsyncDisposable
{
    private static readonly int[] Orders = [1, 2, 3];

    private readonly WebApplication _server;

    private FakeOrdersApi(WebApplication server) => _server = server;

    public string Address => _server.Urls.Single();

    public static async Task<FakeOrdersApi> StartAsync(FakeBroker broker, bool hearsOfRevocation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapGet("/orders", (HttpContext context) =>
        {
            var token = context.Request.Headers.Authorization.ToString()["Bearer ".Length..];
            return !hearsOfRevocation || broker.Ledger.IsLive(token) ? Results.Ok(Orders) : Results.Unauthorized();
        });
        await app.StartAsync();
        return new FakeOrdersApi(app);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
