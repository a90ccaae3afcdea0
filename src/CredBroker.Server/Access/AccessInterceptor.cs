using CredBroker.Audit;
using CredBroker.Issuance;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CredBroker.Server.Access;

/// <summary>
/// Enforces the table, for gRPC and JSON alike. What an operator is refused goes to the audit trail with their name, whether it
/// is the call as a whole or what the call turned out to concern.
/// </summary>
internal sealed class AccessInterceptor(AccessGate gate, RefusalAudit refusals) : Interceptor
{
    private const string HumanKind = "human";

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
        var rule = RpcAccess.Of(context.Method) ?? throw CallerAccess.RoleRequired();
        if (await gate.IdentifyAsync(rule, context) is not { } caller) return await call();
        try
        {
            if (!rule.Admits(caller)) throw CallerAccess.RoleRequired();
            CallerAccess.Set(context, caller);
            return await call();
        }
        catch (RefusedException refusal)
        {
            // It has been refused; that the caller hangs up now does not keep it out of the trail.
            await refusals.RecordAsync(
                context.Method, new AuditActor(HumanKind, caller.Principal, ""), refusal, taskId: null, subject: null, CancellationToken.None);
            throw;
        }
    }

    private static async Task<bool> Completed(Task task)
    {
        await task;
        return true;
    }
}
