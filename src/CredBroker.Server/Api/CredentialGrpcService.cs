using CredBroker.Issuance;
using CredBroker.Protocol.V1;
using CredBroker.Revocation;
using CredBroker.Server.Api.Wire;
using Grpc.Core;
using IssueRequest = CredBroker.Protocol.V1.IssueRequest;

namespace CredBroker.Server.Api;

/// <summary><c>CredentialService</c> of the protocol.</summary>
internal sealed class CredentialGrpcService(CredentialIssuer issuer, CredentialRenewer renewer, LeaseReleaser releaser)
    : CredentialService.CredentialServiceBase
{
    public override async Task<IssueResponse> Issue(IssueRequest request, ServerCallContext context)
    {
        new RequestLimits()
            .Require(request.ApprovalId.Length == 0, "approval_id", "is not supported by this version")
            .ThrowIfAny();
        var issued = await issuer.IssueAsync(
            CallerToken.Of(context),
            new Issuance.IssueRequest
            {
                Template = request.Template,
                Capabilities = Read.Capabilities(request.Capabilities, "capabilities", Capabilities.Read),
                Ttl = Read.Duration(request.Ttl, "ttl"),
                IdempotencyKey = request.IdempotencyKey,
                Justification = request.Justification,
                ProofKey = Read.ProofKey(request.ProofKey),
            },
            context.CancellationToken);
        return new IssueResponse
        {
            Issued = new IssueResponse.Types.Issued { Lease = Write.Lease(issued.Lease), Credential = Write.Credential(issued.Credential!) },
        };
    }

    public override async Task<RenewResponse> Renew(RenewRequest request, ServerCallContext context)
    {
        var renewed = await renewer.RenewAsync(
            CallerToken.Of(context), Read.LeaseId(request.LeaseId), Read.Duration(request.Ttl, "ttl"), context.CancellationToken);
        var response = new RenewResponse { Lease = Write.Lease(renewed.Lease) };
        if (renewed.Credential is { } credential) response.Credential = Write.Credential(credential);
        return response;
    }

    public override async Task<ReleaseResponse> Release(ReleaseRequest request, ServerCallContext context)
    {
        var lease = await releaser.ReleaseAsync(CallerToken.Of(context), Read.LeaseId(request.LeaseId), context.CancellationToken);
        return new ReleaseResponse { Lease = Write.Lease(lease) };
    }
}
