using CredBroker.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Testing.Broker;

internal sealed class FakeApprovalService(FakeBroker broker) : ApprovalService.ApprovalServiceBase
{
    public override Task<ListApprovalsResponse> ListApprovals(ListApprovalsRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (asked, _) => new ListApprovalsResponse
        {
            Approvals = { Approval(asked.PageToken.Length == 0 ? "apr_1" : "apr_2", ApprovalRequest.Types.State.Pending) },
            NextPageToken = asked.PageToken.Length == 0 ? "more" : "",
        });

    public override Task<DecideResponse> Decide(DecideRequest request, ServerCallContext context) => broker.AnswerAsync(request, context, (asked, _) =>
    {
        var approval = Approval(asked.ApprovalId, asked.Approve ? ApprovalRequest.Types.State.Pending : ApprovalRequest.Types.State.Denied);
        approval.Decisions.Add(new ApprovalDecision { Principal = "ann", Approve = asked.Approve, Reason = asked.Reason, DecidedAt = new Timestamp() });
        return new DecideResponse { Approval = approval };
    });

    public override async Task WatchApprovals(WatchApprovalsRequest request, IServerStreamWriter<WatchApprovalsResponse> responseStream, ServerCallContext context)
    {
        broker.Record(request, context);
        await responseStream.WriteAsync(new WatchApprovalsResponse { Approval = Approval("apr_1", ApprovalRequest.Types.State.Pending) });
    }

    private static ApprovalRequest Approval(string id, ApprovalRequest.Types.State state) => new()
    {
        Id = id,
        State = state,
        Workload = new WorkloadIdentity { Subject = "spiffe://acme.test/agent/quickstart", Tenant = "payments" },
        TaskId = "tsk_1",
        Purpose = "close-the-books",
        Subject = "ledger",
        Target = "ledger",
        Sensitivity = Protocol.V1.Sensitivity.Restricted,
        Capabilities = { Capability.Write },
        Ttl = Duration.FromTimeSpan(TimeSpan.FromMinutes(3)),
        Justification = "month end",
        Needs = { new ApprovalNeed { Group = "owners", Count = 2 } },
        AskedAt = new Timestamp(),
        LapsesAt = new Timestamp { Seconds = 900 },
    };
}
