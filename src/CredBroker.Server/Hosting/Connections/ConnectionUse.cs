using Microsoft.AspNetCore.Connections.Features;

namespace CredBroker.Server.Hosting.Connections;

/// <summary>
/// Notes that a connection is used, and sends callers elsewhere while the broker stops. That is told to them while a request of theirs is
/// under way, and the request is held for longer than the word takes to them: a connection that is closed between two requests may take
/// one with it that nobody answers.
/// </summary>
internal sealed class ConnectionUse(RequestDelegate next, OpenConnections connections, TimeProvider time)
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(25);

    public Task InvokeAsync(HttpContext context)
    {
        var connection = context.Features.Get<OpenConnection>();
        connection?.Use(time, context.Features.Get<IConnectionHeartbeatFeature>());
        return connections.AreClosing && connection?.IsToBeClosedNow(time) != false ? LastAsync(context) : next(context);
    }

    private async Task LastAsync(HttpContext context)
    {
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        await next(context);
        await Task.Delay(RoundTrip, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
