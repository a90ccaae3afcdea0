using CredBroker.Issuance;
using CredBroker.Protocol.V1;
using CredBroker.Server.Api.Wire;
using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary><c>LeaseService</c> of the protocol.</summary>
internal sealed class LeaseGrpcService(LeaseReader reader) : LeaseService.LeaseServiceBase
{
    public override async Task<ListLeasesResponse> ListLeases(ListLeasesRequest request, ServerCallContext context)
    {
        var states = request.States.Select(ReadState).ToList();
        var (leases, next) = await reader.ListAsync(
            CallerToken.Of(context), ReadSelector.From(request.Selector), states, request.PageSize, request.PageToken, context.CancellationToken);
        var response = new ListLeasesResponse { NextPageToken = next };
        response.Leases.AddRange(leases.Select(Write.Lease));
        return response;
    }

    public override async Task<GetLeaseResponse> GetLease(GetLeaseRequest request, ServerCallContext context)
    {
        var lease = await reader.GetAsync(CallerToken.Of(context), Read.LeaseId(request.LeaseId), context.CancellationToken);
        return new GetLeaseResponse { Lease = Write.Lease(lease) };
    }

    private static Leases.LeaseState ReadState(LeaseState wire) => wire != LeaseState.Unspecified && Enum.IsDefined(wire)
        ? (Leases.LeaseState)wire
        : throw RefusedException.Invalid("states", "names a state that there is not");
}
