using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace CredBroker.Testing.Broker;

/// <summary>Refusals as the broker sends them.</summary>
public static class Refusal
{
    /// <summary>A refusal with a reason.</summary>
    public static RpcException Of(StatusCode code, string reason, string message = "Refused by the fake.", TimeSpan? retryAfter = null)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = message };
        status.Details.Add(Any.Pack(new ErrorInfo { Reason = reason, Domain = "credbroker" }));
        if (retryAfter is { } delay) status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        return status.ToRpcException();
    }

    /// <summary>The task is over.</summary>
    public static RpcException TaskEnded() => Of(StatusCode.FailedPrecondition, "TASK_ENDED", "The task is over.");

    /// <summary>A broker that cannot serve now.</summary>
    public static RpcException StoreUnavailable(TimeSpan retryAfter) =>
        Of(StatusCode.Unavailable, "STORE_UNAVAILABLE", "The store does not answer.", retryAfter);
}
