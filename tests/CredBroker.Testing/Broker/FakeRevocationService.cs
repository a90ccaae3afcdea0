using CredBroker.Protocol.V1;
using Grpc.Core;

namespace CredBroker.Testing.Broker;

internal sealed class FakeRevocationService(FakeBroker broker) : RevocationService.RevocationServiceBase
{
    public override Task<PreviewResponse> Preview(PreviewRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, _) => new PreviewResponse { BlastRadius = broker.Orders.Radius });

    public override Task<RevokeResponse> Revoke(RevokeRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, _) => new RevokeResponse { Order = broker.Orders.Make(r) });

    public override Task<GetOrderResponse> GetOrder(GetOrderRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, _) => new GetOrderResponse { Order = Known(r.OrderId).Clone() });

    public override async Task WatchOrder(WatchOrderRequest request, IServerStreamWriter<WatchOrderResponse> responseStream, ServerCallContext context)
    {
        broker.Record(request, context);
        var orders = broker.Orders;
        var order = Known(request.OrderId);
        for (var sent = 0; ; sent++)
        {
            if (sent == orders.BreakAfter)
            {
                orders.BreakAfter = null;
                context.GetHttpContext().Abort();
                return;
            }
            if (orders.Step < orders.Steps.Count) orders.Steps[orders.Step++](order);
            else if (sent > 0) break;
            await responseStream.WriteAsync(new WatchOrderResponse { Order = order.Clone() }, context.CancellationToken);
        }
        if (orders.StayOpen) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
    }

    public override Task<ListFencesResponse> ListFences(ListFencesRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, _) => new ListFencesResponse { Fences = { broker.Orders.Fences } });

    public override Task<LiftFenceResponse> LiftFence(LiftFenceRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, _) => new LiftFenceResponse { PendingSecond = broker.Orders.NeedsSecond });

    public override Task<ListQuarantinesResponse> ListQuarantines(ListQuarantinesRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, _) => new ListQuarantinesResponse { Quarantines = { broker.Orders.Quarantines } });

    public override Task<ReleaseQuarantineResponse> ReleaseQuarantine(ReleaseQuarantineRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, _) => new ReleaseQuarantineResponse());

    public override Task<ListDeadLettersResponse> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, _) => new ListDeadLettersResponse { DeadLetters = { broker.Orders.DeadLetters } });

    public override Task<RetryDeadLetterResponse> RetryDeadLetter(RetryDeadLetterRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, _) => new RetryDeadLetterResponse
        {
            Lease = broker.Orders.DeadLetters.FirstOrDefault(l => l.Lease.Id == r.LeaseId)?.Lease
                ?? throw Refusal.Of(StatusCode.NotFound, "LEASE_NOT_FOUND", "There is no such lease."),
        });

    private RevocationOrder Known(string id) =>
        broker.Orders.Order is { } order && order.Id == id ? order : throw Refusal.Of(StatusCode.InvalidArgument, "INVALID_REQUEST", "There is no such order.");
}
