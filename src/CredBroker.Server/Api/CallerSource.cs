using System.Net;
using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary>Where a call came from.</summary>
internal static class CallerSource
{
    /// <summary>The address at the other end of the connection: behind a proxy, the proxy's. Null where there is none, as on a Unix socket.</summary>
    public static IPAddress? Of(ServerCallContext context) => context.GetHttpContext().Connection.RemoteIpAddress;
}
