using System.Text.Json;
using CredBroker.Audit;
using CredBroker.Issuance;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CredBroker.Server.Api;

/// <summary>
/// The one place where refusals become gRPC statuses, and where those that nobody has recorded yet are. The caller gets code,
/// reason and sentence; inner exceptions are logged and never returned.
/// </summary>
internal sealed partial class RefusalInterceptor(RefusalAudit audit, RefusalMetrics metrics, ILogger<RefusalInterceptor> logger) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(() => continuation(request, context), context);

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(() => continuation(requestStream, context), context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(() => Completed(continuation(request, responseStream, context)), context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(() => Completed(continuation(requestStream, responseStream, context)), context);

    private async Task<T> GuardAsync<T>(Func<Task<T>> call, ServerCallContext context)
    {
        if (context.GetHttpContext().Features.Get<ReadRequest>() is { } request) request.IsRead = true;
        try
        {
            return await call();
        }
        catch (RefusedException refusal)
        {
            if (refusal.InnerException is { } inner) LogInner(logger, inner, context.Method, ReasonName.Of(refusal.Reason));
            var verb = VerbOf(context);
            metrics.Refused(refusal.Reason, verb);
            await audit.RecordAsync(verb, AuditActor.Unknown, refusal, ClaimedTaskOf(context), subject: null, CancellationToken.None);
            throw Refusals.StatusOf(refusal).ToRpcException();
        }
        catch (RpcException)
        {
            throw;
        }
        catch (Exception exception) when (context.CancellationToken.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            throw new RpcException(new Grpc.Core.Status(StatusCode.Cancelled, "The call was cancelled."));
        }
        catch (Exception exception)
        {
            LogFault(logger, exception, context.Method);
            throw new RpcException(new Grpc.Core.Status(StatusCode.Internal, "The broker has a fault; it has been logged."));
        }
    }

    private static string VerbOf(ServerCallContext context) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(context.Method[(context.Method.LastIndexOf('/') + 1)..]);

    private static string? ClaimedTaskOf(ServerCallContext context) =>
        CallerToken.TryRead(context, out var token) ? token.TaskId.Value : null;

    private static async Task<bool> Completed(Task task)
    {
        await task;
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} was refused with {Reason}")]
    private static partial void LogInner(ILogger logger, Exception exception, string method, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed")]
    private static partial void LogFault(ILogger logger, Exception exception, string method);
}
