using System.Net;
using System.Net.Sockets;

namespace CredBroker.Testing.Stores;

/// <summary>
/// Free loopback ports for servers that want theirs named. They lie below the range that the system gives out by itself, so that no
/// outgoing connection takes one between the look and the start.
/// </summary>
public static class StorePorts
{
    /// <summary>A cluster node listens here too, above its port.</summary>
    public const int BusOffset = 10_000;

    private const int First = 12_000;
    private const int Last = 21_999;
    private static int _next = Random.Shared.Next(First, Last);

    /// <summary>One that is free now, and that nobody was given before.</summary>
    public static int Next()
    {
        for (var tries = 0; tries < Last - First; tries++)
        {
            var port = First + (Interlocked.Increment(ref _next) % (Last - First));
            if (IsFree(port) && IsFree(port + BusOffset)) return port;
        }

        throw new InvalidOperationException("No loopback port is free.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
