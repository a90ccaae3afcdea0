using CredBroker.Protocol.V1;
using Grpc.Core;

namespace CredBroker.Testing.Broker;

internal sealed class FakeCredentialService(FakeBroker broker) : CredentialService.CredentialServiceBase
{
    public override Task<IssueResponse> Issue(IssueRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, token) => broker.Ledger.Issue(r, token));

    public override Task<RenewResponse> Renew(RenewRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, token) => broker.Ledger.Renew(r, token));

    public override Task<ReleaseResponse> Release(ReleaseRequest request, ServerCallContext context) =>
        broker.AnswerAsync(request, context, (r, token) => broker.Ledger.Release(r, token));
}
