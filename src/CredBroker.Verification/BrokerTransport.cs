namespace CredBroker.Verification;

/// <summary>Connections to the broker: no redirects, and a dead peer is noticed.</summary>
internal static class BrokerTransport
{
    public static SocketsHttpHandler Create(CredBrokerVerificationOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        };
        options.ConfigureTransport?.Invoke(handler);
        return handler;
    }
}
