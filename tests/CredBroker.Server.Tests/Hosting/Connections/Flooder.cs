using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Net.Client;

namespace CredBroker.Server.Tests.Hosting.Connections;

/// <summary>A client that asks for too much, from an address of its own on this machine's loopback.</summary>
internal sealed class Flooder : IDisposable
{
    /// <summary>How many connections it may have.</summary>
    public const int Connections = 50;

    /// <summary>How many calls one of them may have under way.</summary>
    public const int Streams = 100;

    private static int _last = 1;
    private readonly IPEndPoint _own = new(new IPAddress([127, 0, 0, (byte)Interlocked.Increment(ref _last)]), 0);
    private readonly List<IDisposable> _held = [];

    /// <summary>Opens connections and says nothing.</summary>
    public async Task<IReadOnlyList<Socket>> ConnectAsync(Uri address, int count)
    {
        var sockets = new List<Socket>();
        for (var number = 0; number < count; number++)
        {
            var socket = Open();
            sockets.Add(socket);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, address.Port));
            }
            catch (SocketException)
            {
                // Closed by the broker before this end took notice of its being open.
            }
        }

        return sockets;
    }

    /// <summary>Whether the other end has closed a connection by which nothing was said.</summary>
    public static bool IsClosed(Socket socket)
    {
        try
        {
            return !socket.Connected || (socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>A channel of one connection.</summary>
    public GrpcChannel Channel(Uri address)
    {
        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            MaxSendMessageSize = null,
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                InitialHttp2StreamWindowSize = 65_535,
                ConnectCallback = async (context, _) => await StreamAsync(context.DnsEndPoint.Port),
            },
        });
        _held.Add(channel);
        return channel;
    }

    /// <summary>Asks again and again by HTTP/1.1 and takes none of the answers.</summary>
    public async Task<IReadOnlyList<Socket>> AskAndNeverReadAsync(Uri address, string path, string token, int connections, int requests)
    {
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {token}\r\n\r\n");
        var all = Enumerable.Repeat(request, requests).SelectMany(bytes => bytes).ToArray();
        var sockets = await ConnectAsync(address, connections);
        foreach (var socket in sockets)
        {
            // What the broker does not read stands in the way here too; the rest is sent as far as it goes.
            socket.Blocking = false;
            for (var sent = 0; sent < all.Length;)
            {
                var more = socket.Send(all.AsSpan(sent), SocketFlags.None, out var fault);
                if (fault is not SocketError.Success) break;
                sent += more;
            }
        }

        return sockets;
    }

    /// <summary>Says a little more, and says whether the broker still lets it: a connection that it has cut off takes nothing.</summary>
    public static bool Say(Socket socket, string text)
    {
        socket.Blocking = false;
        socket.Send(Encoding.ASCII.GetBytes(text), SocketFlags.None, out var fault);
        return fault is SocketError.Success or SocketError.WouldBlock;
    }

    /// <summary>Whether the other end has ended a connection of which answers are left unread; nothing is said for it.</summary>
    public static bool IsCutOff(Socket socket) => socket.Poll(0, SelectMode.SelectError);

    public void Dispose() => _held.ForEach(held => held.Dispose());

    private async Task<Stream> StreamAsync(int port)
    {
        var socket = Open();
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        return new NetworkStream(socket, ownsSocket: true);
    }

    private Socket Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        _held.Add(socket);
        socket.Bind(_own);
        return socket;
    }
}
