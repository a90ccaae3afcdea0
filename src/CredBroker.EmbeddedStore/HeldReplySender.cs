using System.Buffers;
using Garnet.networking;

namespace CredBroker.EmbeddedStore;

/// <summary>
/// Keeps the replies of the commands that are running until their turn is over and the log committed. What other connections publish
/// to this one passes at once: a wake-up promises nothing.
/// </summary>
internal sealed unsafe class HeldReplySender(INetworkSender inner, GroupCommit commit) : INetworkSender
{
    private const int KeptCapacity = 1 << 20;
    private ArrayBufferWriter<byte> _held = new();
    private bool _holding;
    private bool _closing;
    private int _queued;

    public MaxSizeSettings GetMaxSizeSettings => inner.GetMaxSizeSettings;

    public string RemoteEndpointName => inner.RemoteEndpointName;

    public string LocalEndpointName => inner.LocalEndpointName;

    public void Hold() => _holding = true;

    /// <summary>Sends what was held: at once where the log up to <paramref name="tail"/> is committed, after the next commit otherwise.</summary>
    public void Release(long tail)
    {
        _holding = false;
        if (_held.WrittenCount == 0 && !_closing) return;
        var reply = new HeldReply(this, _held.WrittenSpan.ToArray(), _closing);
        if (_held.Capacity > KeptCapacity) _held = new ArrayBufferWriter<byte>();
        else _held.ResetWrittenCount();

        Interlocked.Increment(ref _queued);
        if (Volatile.Read(ref _queued) == 1 && commit.Covers(tail)) SendNow(reply);
        else commit.Enqueue(reply);
    }

    public void SendNow(HeldReply reply)
    {
        try
        {
            for (var rest = reply.Bytes.AsSpan(); !rest.IsEmpty;) rest = rest[SendSome(rest)..];
            if (reply.ThenClose) inner.DisposeNetworkSender(true);
        }
        catch (Exception e) when (e is ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            // The client has gone; Garnet ends the session.
        }
        finally
        {
            Interlocked.Decrement(ref _queued);
        }
    }

    public bool SendResponse(int offset, int size)
    {
        if (!_holding) return inner.SendResponse(offset, size);
        // The response buffer stays with the session, which begins at its head again.
        _held.Write(new ReadOnlySpan<byte>(inner.GetResponseObjectHead() + offset, size));
        return true;
    }

    public void DisposeNetworkSender(bool waitForSendCompletion)
    {
        // A command closes its own connection (QUIT, a protocol error): its last words go first.
        if (_holding) _closing = true;
        else inner.DisposeNetworkSender(waitForSendCompletion);
    }

    public bool IsLocalConnection() => inner.IsLocalConnection();

    public void Enter() => inner.Enter();

    public void EnterAndGetResponseObject(out byte* head, out byte* tail) => inner.EnterAndGetResponseObject(out head, out tail);

    public void Exit() => inner.Exit();

    public void ExitAndReturnResponseObject() => inner.ExitAndReturnResponseObject();

    public void GetResponseObject() => inner.GetResponseObject();

    public void ReturnResponseObject() => inner.ReturnResponseObject();

    public byte* GetResponseObjectHead() => inner.GetResponseObjectHead();

    public byte* GetResponseObjectTail() => inner.GetResponseObjectTail();

    public void SendResponse(byte[] buffer, int offset, int count, object context) => inner.SendResponse(buffer, offset, count, context);

    public void SendCallback(object context) => inner.SendCallback(context);

    public void Throttle() => inner.Throttle();

    public bool TryClose() => inner.TryClose();

    public void Dispose() => inner.Dispose();

    private int SendSome(ReadOnlySpan<byte> bytes)
    {
        inner.EnterAndGetResponseObject(out var head, out var end);
        try
        {
            var count = Math.Min(bytes.Length, (int)(end - head));
            bytes[..count].CopyTo(new Span<byte>(head, count));
            inner.SendResponse(0, count);
            return count;
        }
        finally
        {
            inner.ExitAndReturnResponseObject();
        }
    }
}
