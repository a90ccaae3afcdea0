using CredBroker.Approvals;
using CredBroker.Protocol.V1;
using CredBroker.Server.Access;
using CredBroker.Server.Api.Wire;
using CredBroker.Server.Hosting;
using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary><c>ApprovalService</c> of the protocol.</summary>
internal sealed class ApprovalGrpcService(ApprovalLister lister, ApprovalDecisions decisions, StreamDrain streams)
    : ApprovalService.ApprovalServiceBase
{
    public override async Task<ListApprovalsResponse> ListApprovals(ListApprovalsRequest request, ServerCallContext context)
    {
        var (requests, next) = await lister.ListAsync(
            TenantsOf(context), WriteApproval.ReadState(request.State), request.PageSize, request.PageToken, context.CancellationToken);
        var response = new ListApprovalsResponse { NextPageToken = next };
        response.Approvals.AddRange(requests.Select(WriteApproval.Request));
        return response;
    }

    public override async Task<DecideResponse> Decide(DecideRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var decided = await decisions.DecideAsync(
            new Approver(caller.Principal, caller.Name, caller.TenantsOf(OperatorRole.Approver)), request.ApprovalId, request.Approve, request.Reason,
            context.CancellationToken);
        return new DecideResponse { Approval = WriteApproval.Request(decided) };
    }

    public override async Task WatchApprovals(
        WatchApprovalsRequest request, IServerStreamWriter<WatchApprovalsResponse> responseStream, ServerCallContext context)
    {
        using var stream = streams.Enter(context.CancellationToken);
        try
        {
            await foreach (var approval in lister.WatchAsync(TenantsOf(context), stream.End))
                await responseStream.WriteAsync(new WatchApprovalsResponse { Approval = WriteApproval.Request(approval) }, context.CancellationToken);
        }
        catch (OperationCanceledException) when (stream.End.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            // This broker stops; whoever watches goes on with another.
        }
    }

    private static TenantScope TenantsOf(ServerCallContext context) => CallerAccess.RequireOperator(context).TenantsOf(OperatorRole.Approver);
}
