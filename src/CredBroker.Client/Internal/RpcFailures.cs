using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace CredBroker.Client.Internal;

/// <summary>Reads what the broker says when it does not do as asked.</summary>
internal static class RpcFailures
{
    private const string Domain = "credbroker";

    /// <summary>
    /// How long to wait before the same call is made again; null = do not. Every call of an agent can be repeated: an issue carries an
    /// idempotency key, an open a task name, and the others say the same thing twice. So what counts is only whether a repetition may help.
    /// </summary>
    public static TimeSpan? RetryDelay(RpcException failure, int attempt)
    {
        var told = RetryInfoOf(failure);
        return failure.StatusCode switch
        {
            StatusCode.Unavailable => told ?? Backoff(attempt),
            StatusCode.Aborted => told,
            _ => null,
        };
    }

    /// <summary>Whether a stream broke without the broker's meaning it, so that it is worth opening anew.</summary>
    public static bool IsBrokenStream(RpcException failure) =>
        failure.StatusCode is StatusCode.Unavailable
        || (failure.StatusCode is StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown && DetailsOf(failure)?.GetDetail<ErrorInfo>() is null);

    /// <summary>100 ms, doubled each time up to 2 s, of which a random half is taken off so that many clients spread out.</summary>
    public static TimeSpan Backoff(int attempt)
    {
        var ceiling = Math.Min(100 * Math.Pow(2, attempt - 1), 2000);
        return TimeSpan.FromMilliseconds(ceiling * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    public static BrokerException Translate(RpcException failure)
    {
        var details = DetailsOf(failure);
        var info = details?.GetDetail<ErrorInfo>();
        if (info is { Domain: Domain })
            return new BrokerRefusedException(info.Reason, failure.Status.Detail, RetryInfoOf(failure), failure);
        return failure.StatusCode is StatusCode.Unavailable
            ? new BrokerUnavailableException("The broker cannot be reached.", failure)
            : new BrokerUnavailableException($"The broker's address answered {failure.StatusCode} without a reason of the broker's.", failure);
    }

    /// <summary>The nonce that the broker wants to see in a proof of possession, where that is all that is wrong.</summary>
    public static string? NonceOf(RpcException failure) =>
        DetailsOf(failure)?.GetDetail<ErrorInfo>() is { Domain: Domain } info && info.Metadata.TryGetValue("dpop_nonce", out var nonce) ? nonce : null;

    private static TimeSpan? RetryInfoOf(RpcException failure) =>
        DetailsOf(failure)?.GetDetail<RetryInfo>()?.RetryDelay is { } delay ? delay.ToTimeSpan() : null;

    private static Google.Rpc.Status? DetailsOf(RpcException failure)
    {
        try
        {
            return failure.GetRpcStatus();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
