using CredBroker.Protocol.V1;
using Grpc.Core;

namespace CredBroker.Testing.Broker;

internal sealed class FakeLeaseService(FakeBroker broker) : LeaseService.LeaseServiceBase
{
    public override Task<GetLeaseResponse> GetLease(GetLeaseRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, token) => new GetLeaseResponse { Lease = broker.Ledger.Lease(r.LeaseId, token).Clone() });

    public override Task<ListLeasesResponse> ListLeases(ListLeasesRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, token) => broker.Ledger.Leases(r, token));
}
