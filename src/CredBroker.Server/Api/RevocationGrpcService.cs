using CredBroker.Leases;
using CredBroker.Protocol.V1;
using CredBroker.Revocation;
using CredBroker.Server.Access;
using CredBroker.Server.Api.Wire;
using Grpc.Core;
using LeaseSelector = CredBroker.Leases.LeaseSelector;
using RevocationOrder = CredBroker.Revocation.RevocationOrder;
using RevokeRequest = CredBroker.Protocol.V1.RevokeRequest;

namespace CredBroker.Server.Api;

/// <summary><c>RevocationService</c> of the protocol. Every selector is narrowed to the tenants that the operator may act for.</summary>
internal sealed class RevocationGrpcService(
    MassRevocation mass, IOrderStore orders, IFenceStore fences, IRevocationBacklog backlog, ILeaseStore leases, TimeProvider time)
    : RevocationService.RevocationServiceBase
{
    private static readonly TimeSpan WatchPause = TimeSpan.FromMilliseconds(200);

    public override async Task<PreviewResponse> Preview(PreviewRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var radius = await mass.PreviewAsync(ReadSelectors(request.Selectors, caller, RoleToPreview(caller)), caller.Principal, context.CancellationToken);
        return new PreviewResponse { BlastRadius = WriteRevocation.Radius(radius) };
    }

    public override async Task<RevokeResponse> Revoke(RevokeRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var selectors = ReadSelectors(request.Selectors, caller, OperatorRole.Responder);
        var order = await mass.OrderAsync(selectors, request.Reason, request.ConfirmCount, caller.Principal, context.CancellationToken);
        return new RevokeResponse { Order = WriteRevocation.Order(order) };
    }

    public override async Task<GetOrderResponse> GetOrder(GetOrderRequest request, ServerCallContext context) =>
        new() { Order = WriteRevocation.Order(await FindOrderAsync(request.OrderId, context)) };

    public override async Task WatchOrder(WatchOrderRequest request, IServerStreamWriter<WatchOrderResponse> responseStream, ServerCallContext context)
    {
        for (Protocol.V1.RevocationOrder? told = null; ;)
        {
            var order = await FindOrderAsync(request.OrderId, context);
            var news = WriteRevocation.Order(order);
            if (!news.Equals(told)) await responseStream.WriteAsync(new WatchOrderResponse { Order = news }, context.CancellationToken);
            if (order is { State: OrderState.Done, Unconfirmed: 0 }) return;
            told = news;
            await Task.Delay(WatchPause, time, context.CancellationToken);
        }
    }

    public override async Task<ListFencesResponse> ListFences(ListFencesRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var response = new ListFencesResponse();
        var standing = await fences.ListAsync(context.CancellationToken);
        response.Fences.AddRange(standing.Where(fence => MaySee(caller, fence.Selectors)).Select(WriteRevocation.Fence));
        return response;
    }

    public override async Task<LiftFenceResponse> LiftFence(LiftFenceRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var fence = FenceId.TryParse(request.FenceId, out var id)
            ? (await fences.ListAsync(context.CancellationToken)).FirstOrDefault(fence => fence.Id == id)
            : null;
        if (fence is null || !Covers(caller, OperatorRole.Responder, fence.Selectors))
            throw RefusedException.Invalid("fence_id", "is no fence that stands");
        var alone = Covers(caller, OperatorRole.PlatformAdmin, fence.Selectors);
        var lifted = await mass.LiftAsync(id, request.Reason, caller.Principal, alone, context.CancellationToken);
        return new LiftFenceResponse { PendingSecond = !lifted };
    }

    public override async Task<ListDeadLettersResponse> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context)
    {
        new RequestLimits().Require(request.PageSize is >= 0 and <= 1_000, "page_size", "must be 0 to 1000").ThrowIfAny();
        var caller = CallerAccess.RequireOperator(context);
        var letters = (await backlog.ListDeadLettersAsync(context.CancellationToken))
            .Where(letter => caller.MayIn(OperatorRole.Viewer, letter.Lease.Terms.Tenant))
            .OrderBy(letter => letter.Lease.Id.Value, StringComparer.Ordinal)
            .SkipWhile(letter => string.CompareOrdinal(letter.Lease.Id.Value, request.PageToken) <= 0 && request.PageToken.Length > 0)
            .ToList();
        var take = request.PageSize == 0 ? 100 : request.PageSize;
        var response = new ListDeadLettersResponse { NextPageToken = letters.Count > take ? letters[take - 1].Lease.Id.Value : "" };
        response.DeadLetters.AddRange(letters.Take(take).Select(WriteRevocation.DeadLetter));
        return response;
    }

    public override async Task<RetryDeadLetterResponse> RetryDeadLetter(RetryDeadLetterRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var lease = await leases.FindAsync(Read.LeaseId(request.LeaseId), context.CancellationToken);
        if (lease is null || !caller.MayIn(OperatorRole.Responder, lease.Terms.Tenant) || !await backlog.RetryAsync(lease, context.CancellationToken))
            throw new RefusedException(ErrorReason.LeaseNotFound, "There is no such lease.");
        return new RetryDeadLetterResponse { Lease = Write.Lease(lease) };
    }

    private async Task<RevocationOrder> FindOrderAsync(string wire, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var order = OrderId.TryParse(wire, out var id) ? await orders.FindAsync(id, context.CancellationToken) : null;
        return order is not null && MaySee(caller, order.Selectors) ? order : throw RefusedException.Invalid("order_id", "is no order that is remembered");
    }

    private static List<LeaseSelector> ReadSelectors(IEnumerable<Protocol.V1.LeaseSelector> wire, Operator caller, OperatorRole role)
    {
        var tenants = caller.TenantsOf(role);
        return [.. wire.Select(ReadSelector.From).SelectMany(selector => Narrow(selector, tenants))];
    }

    /// <summary>A selector that names no tenant means all of the operator's own; nobody reaches another's.</summary>
    private static IEnumerable<LeaseSelector> Narrow(LeaseSelector selector, TenantScope tenants)
    {
        if (tenants.IsAll) return [selector];
        if (selector.Tenant is null) return tenants.Tenants.Select(tenant => selector with { Tenant = tenant });
        return tenants.Includes(selector.Tenant)
            ? [selector]
            : throw CallerAccess.RoleRequired();
    }

    /// <summary>Whoever may revoke is shown what a revocation of theirs would hit, and not what they may only look at.</summary>
    private static OperatorRole RoleToPreview(Operator caller) =>
        caller.TenantsOf(OperatorRole.Responder).IsNone ? OperatorRole.Viewer : OperatorRole.Responder;

    private static bool MaySee(Operator caller, IReadOnlyList<LeaseSelector> selectors) => Covers(caller, OperatorRole.Viewer, selectors);

    private static bool Covers(Operator caller, OperatorRole role, IReadOnlyList<LeaseSelector> selectors)
    {
        var tenants = caller.TenantsOf(role);
        return tenants.IsAll || selectors.All(selector => selector.Tenant is { } tenant && tenants.Includes(tenant));
    }
}
