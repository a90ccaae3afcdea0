using System.Collections.Concurrent;
using System.Threading.Channels;
using CredBroker.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Testing.Verification;

/// <summary>A feed that says what the test tells it to, to everyone who watches.</summary>
public sealed class FakeRevocationFeed(TimeProvider time) : RevocationFeedService.RevocationFeedServiceBase
{
    private readonly ConcurrentDictionary<int, Channel<WatchRevocationsResponse>> _watchers = new();
    private int _watcherNumber;

    /// <summary>Every request to watch, in order.</summary>
    public ConcurrentQueue<WatchRevocationsRequest> Requests { get; } = new();

    /// <summary>How many watch now.</summary>
    public int Watchers => _watchers.Count;

    /// <summary>What a new watcher is sent first; by default a whole, empty snapshot, or a heartbeat where it resumes.</summary>
    public Func<WatchRevocationsRequest, IEnumerable<WatchRevocationsResponse>>? Greeting { get; set; }

    /// <summary>Refuses new watchers while set.</summary>
    public Status? Refusal { get; set; }

    /// <summary>A message with the present <c>as_of</c>.</summary>
    public WatchRevocationsResponse Message(string cursor) => new() { Cursor = cursor, AsOf = Timestamp.FromDateTimeOffset(time.GetUtcNow()) };

    /// <summary>Sends to all who watch.</summary>
    public void Send(WatchRevocationsResponse message)
    {
        foreach (var watcher in _watchers.Values) watcher.Writer.TryWrite(message);
    }

    /// <summary>Ends all streams; with a status as a failure, without one as the broker does at <c>reattestEvery</c>.</summary>
    public void End(Status? failure = null)
    {
        foreach (var watcher in _watchers.Values) watcher.Writer.TryComplete(failure is { } status ? new RpcException(status) : null);
    }

    public override async Task WatchRevocations(WatchRevocationsRequest request, IServerStreamWriter<WatchRevocationsResponse> responseStream, ServerCallContext context)
    {
        Requests.Enqueue(request);
        if (Refusal is { } refusal) throw new RpcException(refusal);
        var channel = Channel.CreateUnbounded<WatchRevocationsResponse>();
        foreach (var message in Greeting?.Invoke(request) ?? Greet(request)) channel.Writer.TryWrite(message);
        var number = Interlocked.Increment(ref _watcherNumber);
        _watchers[number] = channel;
        try
        {
            await foreach (var message in channel.Reader.ReadAllAsync(context.CancellationToken))
                await responseStream.WriteAsync(message, context.CancellationToken);
        }
        finally
        {
            _watchers.TryRemove(number, out _);
        }
    }

    private IEnumerable<WatchRevocationsResponse> Greet(WatchRevocationsRequest request)
    {
        var message = Message(request.Cursor.Length == 0 ? "snapshot" : request.Cursor);
        message.Reset = message.SnapshotComplete = request.Cursor.Length == 0;
        yield return message;
    }
}
