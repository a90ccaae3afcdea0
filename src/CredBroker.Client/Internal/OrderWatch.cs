using CredBroker.Client.Operators;
using Grpc.Core;
using Wire = CredBroker.Protocol.V1;

namespace CredBroker.Client.Internal;

/// <summary>The stream of one order. It is opened anew when it breaks or ends, because the order goes on all the same.</summary>
internal sealed class OrderWatch(OperatorCalls calls, string orderId) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PauseAfterEnd = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = calls.Connection.Time;
    private AsyncServerStreamingCall<Wire.WatchOrderResponse>? _stream;
    private long _lastHeard = calls.Connection.Time.GetTimestamp();
    private int _attempt;

    /// <summary>The order the next time that the broker tells of it.</summary>
    /// <exception cref="BrokerRefusedException">The broker will not tell.</exception>
    /// <exception cref="BrokerUnavailableException">No broker could be reached for two minutes.</exception>
    public async Task<RevocationOrder> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var pause = PauseAfterEnd;
            try
            {
                _stream ??= await calls.OpenAsync(
                    calls.Connection.Revocations.WatchOrder, new Wire.WatchOrderRequest { OrderId = orderId }, cancellationToken);
                if (await _stream.ResponseStream.MoveNext(cancellationToken))
                {
                    (_lastHeard, _attempt) = (_time.GetTimestamp(), 0);
                    return _stream.ResponseStream.Current.Order.ToOrder();
                }
            }
            catch (RpcException e) when (!RpcFailures.IsBrokenStream(e) || _time.GetElapsedTime(_lastHeard) > Patience)
            {
                throw RpcFailures.Translate(e);
            }
            catch (RpcException)
            {
                pause = RpcFailures.Backoff(++_attempt);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                // So the library puts it where the connection is lost while a message is waited for.
                if (_time.GetElapsedTime(_lastHeard) > Patience) throw new BrokerUnavailableException("The broker cannot be reached.", e);
                pause = RpcFailures.Backoff(++_attempt);
            }
            Close();
            await Task.Delay(pause, _time, cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }
}
