using CredBroker.Protocol.V1;
using CredBroker.Revocation;
using CredBroker.Server.Access;
using CredBroker.Server.Api.Wire;
using CredBroker.Server.Hosting;
using Grpc.Core;
using RevokeRequest = CredBroker.Protocol.V1.RevokeRequest;

namespace CredBroker.Server.Api;

/// <summary><c>RevocationService</c> of the protocol.</summary>
internal sealed class RevocationGrpcService(
    MassRevocation mass, RevocationOrders orders, StandingFences fences, QuarantineReview quarantines, DeadLetterReview letters, StreamDrain streams)
    : RevocationService.RevocationServiceBase
{
    public override async Task<PreviewResponse> Preview(PreviewRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var radius = await mass.PreviewAsync(
            caller.TenantsOf(OperatorRole.Responder), caller.TenantsOf(OperatorRole.Viewer), [.. request.Selectors.Select(ReadSelector.From)],
            caller.Principal, context.CancellationToken);
        return new PreviewResponse { BlastRadius = WriteRevocation.Radius(radius) };
    }

    public override async Task<RevokeResponse> Revoke(RevokeRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var order = await mass.OrderAsync(
            caller.TenantsOf(OperatorRole.Responder), [.. request.Selectors.Select(ReadSelector.From)], request.Reason, request.ConfirmCount,
            caller.Principal, context.CancellationToken);
        return new RevokeResponse { Order = WriteRevocation.Order(order) };
    }

    public override async Task<GetOrderResponse> GetOrder(GetOrderRequest request, ServerCallContext context)
    {
        var order = await orders.GetAsync(LookingOf(context), ReadOrderId(request.OrderId), context.CancellationToken);
        return new GetOrderResponse { Order = WriteRevocation.Order(order) };
    }

    public override async Task WatchOrder(WatchOrderRequest request, IServerStreamWriter<WatchOrderResponse> responseStream, ServerCallContext context)
    {
        using var stream = streams.Enter(context.CancellationToken);
        try
        {
            await foreach (var order in orders.WatchAsync(LookingOf(context), ReadOrderId(request.OrderId), stream.End))
                await responseStream.WriteAsync(new WatchOrderResponse { Order = WriteRevocation.Order(order) }, context.CancellationToken);
        }
        catch (OperationCanceledException) when (stream.End.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            // This broker stops; the order goes on, and the watcher with another.
        }
    }

    public override async Task<ListFencesResponse> ListFences(ListFencesRequest request, ServerCallContext context)
    {
        var response = new ListFencesResponse();
        response.Fences.AddRange((await fences.ListAsync(LookingOf(context), context.CancellationToken)).Select(WriteRevocation.Fence));
        return response;
    }

    public override async Task<LiftFenceResponse> LiftFence(LiftFenceRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var isLifted = await fences.LiftAsync(
            caller.TenantsOf(OperatorRole.Responder), caller.TenantsOf(OperatorRole.PlatformAdmin),
            FenceId.TryParse(request.FenceId, out var id) ? id : throw StandingFences.NotStanding(), request.Reason, caller.Principal,
            context.CancellationToken);
        return new LiftFenceResponse { PendingSecond = !isLifted };
    }

    public override async Task<ListQuarantinesResponse> ListQuarantines(ListQuarantinesRequest request, ServerCallContext context)
    {
        var response = new ListQuarantinesResponse();
        response.Quarantines.AddRange((await quarantines.ListAsync(LookingOf(context), context.CancellationToken)).Select(WriteRevocation.Quarantine));
        return response;
    }

    public override async Task<ReleaseQuarantineResponse> ReleaseQuarantine(ReleaseQuarantineRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var scope = caller.TenantsOf(OperatorRole.Responder);
        if (request.Workload.Length > 0 && request.TaskId.Length > 0) throw RefusedException.Invalid("workload", "must not be given with a task_id");
        if (request.Tenant.Length > 0 && request.TaskId.Length > 0) throw RefusedException.Invalid("tenant", "must not be given with a task_id");
        if (request.Workload.Length > 0)
        {
            await quarantines.ReleaseWorkloadAsync(scope, request.Tenant, request.Workload, request.Reason, caller.Principal, context.CancellationToken);
            return new ReleaseQuarantineResponse();
        }

        await quarantines.ReleaseAsync(
            scope, TaskId.TryParse(request.TaskId, out var id) ? id : throw QuarantineReview.NotQuarantined(), request.Reason, caller.Principal,
            context.CancellationToken);
        return new ReleaseQuarantineResponse();
    }

    public override async Task<ListDeadLettersResponse> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context)
    {
        var (page, next) = await letters.ListAsync(LookingOf(context), request.PageSize, request.PageToken, context.CancellationToken);
        var response = new ListDeadLettersResponse { NextPageToken = next };
        response.DeadLetters.AddRange(page.Select(WriteRevocation.DeadLetter));
        return response;
    }

    public override async Task<RetryDeadLetterResponse> RetryDeadLetter(RetryDeadLetterRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var lease = await letters.RetryAsync(
            caller.TenantsOf(OperatorRole.Responder), Read.LeaseId(request.LeaseId), caller.Principal, context.CancellationToken);
        return new RetryDeadLetterResponse { Lease = Write.Lease(lease) };
    }

    /// <summary>The tenants whose things the caller may look at.</summary>
    private static TenantScope LookingOf(ServerCallContext context) => CallerAccess.RequireOperator(context).TenantsOf(OperatorRole.Viewer);

    private static OrderId ReadOrderId(string text) => OrderId.TryParse(text, out var id) ? id : throw RevocationOrders.NotRemembered();
}
