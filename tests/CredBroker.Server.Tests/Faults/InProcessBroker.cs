using CredBroker.Server.Hosting;
using CredBroker.Testing.Broker;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace CredBroker.Server.Tests.Faults;

/// <summary>The whole server in the test's own process, so that a part of it can be made to fail.</summary>
internal sealed class InProcessBroker : IAsyncDisposable
{
    private readonly WebApplication _app;

    private InProcessBroker(WebApplication app, BrokerSite site)
    {
        _app = app;
        Calls = new BrokerCalls(site);
    }

    public BrokerCalls Calls { get; }

    public static async Task<InProcessBroker> StartAsync(BrokerSite site, Action<WebApplicationBuilder> configure)
    {
        var app = BrokerHost.Build(site.Arguments, builder =>
        {
            builder.Logging.ClearProviders();
            configure(builder);
        });
        await app.StartAsync();
        return new InProcessBroker(app, site);
    }

    public async ValueTask DisposeAsync()
    {
        Calls.Dispose();
        await _app.DisposeAsync();
    }
}
