using CredBroker.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Testing.Broker;

internal sealed class FakeGovernanceService(FakeBroker broker) : GovernanceService.GovernanceServiceBase
{
    public override Task<GetStatusResponse> GetStatus(GetStatusRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, _) => new GetStatusResponse
        {
            Version = "0.1.0",
            Ready = true,
            Components = { new GetStatusResponse.Types.Component { Name = "store", Healthy = true } },
            StartedAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
            Templates = 2,
            CatalogueVersion = "0123456789abcdef",
            Store = "embedded",
        });

    public override Task<ExplainResponse> Explain(ExplainRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, _) => request.Capabilities.Contains(Capability.Write)
            ? new ExplainResponse { Reason = "Orders are read and not written.", Policies = { "read-only" }, PolicyVersion = "0123456789abcdef", ApprovalGroups = { "data-owners" } }
            : new ExplainResponse { Allowed = true, Policies = { "use" }, PolicyVersion = "0123456789abcdef", Ttl = Duration.FromTimeSpan(TimeSpan.FromMinutes(2)) });

    public override Task<PreviewTighteningResponse> PreviewTightening(PreviewTighteningRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, _) => new PreviewTighteningResponse
        {
            Version = "v1.v2",
            LookedAt = broker.Orders.Radius.Total + 3,
            NotPermitted = broker.Orders.Radius,
            Undecided = 1,
        });

    public override Task<ApplyTighteningResponse> ApplyTightening(ApplyTighteningRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, _) => new ApplyTighteningResponse { BeginsAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch) });

    public override Task<RotateSigningKeyResponse> RotateSigningKey(RotateSigningKeyRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, _) => new RotateSigningKeyResponse { KeyId = "key-2" });

    public override Task<ResetClockResponse> ResetClock(ResetClockRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (_, _) => new ResetClockResponse { StoreTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch) });
}
