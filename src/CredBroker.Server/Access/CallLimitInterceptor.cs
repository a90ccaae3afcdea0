using CredBroker.Protocol.V1;
using CredBroker.Server.Api;
using CredBroker.Server.Hosting.Connections;
using CredBroker.Tasks;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CredBroker.Server.Access;

/// <summary>
/// Counts the calls of tasks by their workload and by their address, once they have been let in and before any work is done for them. What
/// ends credentials is never counted, nor is what operators do: killing them must always work. Calls that need no token have limits of their own.
/// </summary>
internal sealed class CallLimitInterceptor(CallLimits limits, TaskGate tasks) : Interceptor
{
    private const string Heartbeat = "/credbroker.v1.TaskService/Heartbeat";
    private const string KeepAlive = "/credbroker.v1.TaskService/KeepAlive";

    private static readonly HashSet<string> Unlimited = new(StringComparer.Ordinal)
    {
        $"/{TaskService.Descriptor.FullName}/EndTask",
        $"/{CredentialService.Descriptor.FullName}/Release",
    };

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (context.Method == Heartbeat) return BeatAsync(request, context, continuation);
        Count(context);
        return continuation(request, context);
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var watch = Watch(context);
        return await continuation(requestStream, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var watch = Watch(context);
        await continuation(request, responseStream, context);
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        if (context.Method == KeepAlive) await CountHeartbeatAsync(context);
        using var watch = Watch(context);
        await continuation(requestStream, responseStream, context);
    }

    private async Task<TResponse> BeatAsync<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class
    {
        await CountHeartbeatAsync(context);
        return await continuation(request, context);
    }

    /// <summary>
    /// Nothing else of a task that only beats makes this broker remember whose it is. Fresh evidence may come with a new key, so here it is the
    /// token's secret that counts, and the heartbeat itself judges the key.
    /// </summary>
    private async Task CountHeartbeatAsync(ServerCallContext context) =>
        limits.CountHeartbeat((await tasks.RecallHolderAsync(CallerToken.Of(context), context.CancellationToken)).Subject);

    private IDisposable? Watch(ServerCallContext context)
    {
        // Who looks after an incident is not kept from it.
        if (CallerAccess.OperatorOf(context) is not null) return null;
        Count(context);
        return limits.Watch(NetworkAddress.KeyOf(context.GetHttpContext()), SubjectOf(context));
    }

    private void Count(ServerCallContext context)
    {
        if (CallerAccess.OperatorOf(context) is not null || Unlimited.Contains(context.Method) || !CallerToken.TryRead(context, out _)) return;
        if (context.Method == KeepAlive) return;
        limits.CountAddress(NetworkAddress.KeyOf(context.GetHttpContext()));
        if (SubjectOf(context) is { } subject) limits.CountCall(subject);
    }

    /// <summary>
    /// Whose task it is, as far as this broker remembers: it asks no store, and has seen each task but at its first call. Whose token is nobody's
    /// is counted as a stranger.
    /// </summary>
    private string? SubjectOf(ServerCallContext context) =>
        CallerToken.TryRead(context, out var token) && tasks.TryRecall(token, out var task) ? task.Subject : null;
}
