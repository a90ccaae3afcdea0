using Grpc.Core;

namespace CredBroker.Client.Internal;

/// <summary>Makes calls with an operator token, which is asked for each time: it may have been replaced.</summary>
internal sealed class OperatorCalls(BrokerConnection connection, Func<CancellationToken, ValueTask<string>> token)
{
    public BrokerConnection Connection => connection;

    public async Task<TReply> CallAsync<TRequest, TReply>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TReply>> method,
        TRequest request,
        CancellationToken cancellationToken,
        TimeSpan extraTime = default,
        bool once = false) =>
        await connection.CallAsync(method, request, await token(cancellationToken), cancellationToken, extraTime, once);

    /// <summary>Opens a stream.</summary>
    public async Task<AsyncServerStreamingCall<TReply>> OpenAsync<TRequest, TReply>(
        Func<TRequest, CallOptions, AsyncServerStreamingCall<TReply>> method, TRequest request, CancellationToken cancellationToken)
    {
        var headers = new Metadata { { "authorization", $"Bearer {await token(cancellationToken)}" } };
        return method(request, new CallOptions(headers, cancellationToken: cancellationToken));
    }
}
