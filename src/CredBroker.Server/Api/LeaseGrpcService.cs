using CredBroker.Issuance;
using CredBroker.Protocol.V1;
using CredBroker.Server.Access;
using CredBroker.Server.Api.Wire;
using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary><c>LeaseService</c> of the protocol.</summary>
internal sealed class LeaseGrpcService(LeaseLister lister) : LeaseService.LeaseServiceBase
{
    public override async Task<ListLeasesResponse> ListLeases(ListLeasesRequest request, ServerCallContext context)
    {
        var states = request.States.Select(ReadState).ToList();
        var selector = ReadSelector.From(request.Selector);
        var (leases, next) = CallerAccess.OperatorOf(context) is { } caller
            ? await lister.ListAsync(
                caller.TenantsOf(OperatorRole.Viewer), selector, states, request.PageSize, request.PageToken, context.CancellationToken)
            : await lister.ListBelowAsync(CallerToken.Of(context), selector, states, request.PageSize, request.PageToken, context.CancellationToken);
        var response = new ListLeasesResponse { NextPageToken = next };
        response.Leases.AddRange(leases.Select(Write.Lease));
        return response;
    }

    public override async Task<GetLeaseResponse> GetLease(GetLeaseRequest request, ServerCallContext context)
    {
        var id = Read.LeaseId(request.LeaseId);
        var lease = CallerAccess.OperatorOf(context) is { } caller
            ? await lister.GetAsync(caller.TenantsOf(OperatorRole.Viewer), id, context.CancellationToken)
            : await lister.GetBelowAsync(CallerToken.Of(context), id, context.CancellationToken);
        return new GetLeaseResponse { Lease = Write.Lease(lease) };
    }

    private static Leases.LeaseState ReadState(LeaseState wire) => wire != LeaseState.Unspecified && Enum.IsDefined(wire)
        ? (Leases.LeaseState)wire
        : throw RefusedException.Invalid("states", "names a state that there is not");
}
