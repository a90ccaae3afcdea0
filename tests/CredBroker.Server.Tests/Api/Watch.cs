using CredBroker.Protocol.V1;
using CredBroker.Testing.Verification;
using Grpc.Core;

namespace CredBroker.Server.Tests.Api;

/// <summary>One open stream of revocations.</summary>
internal sealed class Watch(AsyncServerStreamingCall<WatchRevocationsResponse> call) : IAsyncDisposable
{
    public Status Status => call.GetStatus();

    /// <summary>The messages from here to the first that is so.</summary>
    public async Task<IReadOnlyList<WatchRevocationsResponse>> UntilAsync(Func<WatchRevocationsResponse, bool> isLast)
    {
        using var limit = new CancellationTokenSource(Eventually.Patience, TimeProvider.System);
        var messages = new List<WatchRevocationsResponse>();
        while (await call.ResponseStream.MoveNext(limit.Token))
        {
            messages.Add(call.ResponseStream.Current);
            if (isLast(messages[^1])) return messages;
        }

        throw new InvalidOperationException("The stream ended before what was waited for.");
    }

    /// <summary>Reads to the end of the stream.</summary>
    public async Task ToEndAsync()
    {
        using var limit = new CancellationTokenSource(Eventually.Patience, TimeProvider.System);
        while (await call.ResponseStream.MoveNext(limit.Token))
        {
            // What it says does not matter here.
        }
    }

    /// <summary>The last message that comes until a token is cancelled or the stream breaks; null where none does.</summary>
    public async Task<WatchRevocationsResponse?> LastUntilQuietAsync(CancellationToken enough)
    {
        WatchRevocationsResponse? last = null;
        try
        {
            while (await call.ResponseStream.MoveNext(enough)) last = call.ResponseStream.Current;
        }
        catch (RpcException)
        {
            // Whether it breaks or only falls silent, a watcher then knows that it knows nothing.
        }

        return last;
    }

    public ValueTask DisposeAsync()
    {
        call.Dispose();
        return ValueTask.CompletedTask;
    }
}
