using CredBroker.Issuance;
using CredBroker.Protocol.V1;
using CredBroker.Revocation;
using CredBroker.Server.Api.Wire;
using CredBroker.Server.Hosting;
using Grpc.Core;
using IssueRequest = CredBroker.Protocol.V1.IssueRequest;

namespace CredBroker.Server.Api;

/// <summary><c>CredentialService</c> of the protocol.</summary>
internal sealed class CredentialGrpcService(
    CredentialIssuer issuer, CredentialRenewer renewer, LeaseReleaser releaser, ToolCallAuthorizer tools, ActivityRecorder activities, StreamDrain streams,
    IssueMetrics metrics)
    : CredentialService.CredentialServiceBase
{
    public override async Task<IssueResponse> Issue(IssueRequest request, ServerCallContext context)
    {
        var begun = IssueMetrics.Begin();
        IssueOutcome outcome;
        try
        {
            outcome = await issuer.IssueAsync(CallerToken.Of(context), ReadIssue(request, context), context.CancellationToken);
            metrics.Issued(outcome, request.Template, begun);
        }
        catch (Exception exception)
        {
            metrics.NotIssued(exception, request.Template, begun);
            throw;
        }

        return outcome switch
        {
            IssueOutcome.Issued({ } issued) => new IssueResponse
            {
                Issued = new IssueResponse.Types.Issued { Lease = Write.Lease(issued.Lease), Credential = Write.Credential(issued.Credential!) },
            },
            IssueOutcome.AwaitsApproval({ } awaited) => new IssueResponse { PendingApproval = WriteApproval.Pending(awaited) },
            _ => throw new InvalidOperationException("There is no other outcome."),
        };
    }

    public override async Task<RenewResponse> Renew(RenewRequest request, ServerCallContext context)
    {
        var renewed = await renewer.RenewAsync(
            CallerToken.Of(context), Read.LeaseId(request.LeaseId), Read.Duration(request.Ttl, "ttl"), CallerSource.Of(context), context.CancellationToken);
        metrics.Renewed(renewed.Lease);
        var response = new RenewResponse { Lease = Write.Lease(renewed.Lease) };
        if (renewed.Credential is { } credential) response.Credential = Write.Credential(credential);
        return response;
    }

    public override async Task<ReleaseResponse> Release(ReleaseRequest request, ServerCallContext context)
    {
        var lease = await releaser.ReleaseAsync(CallerToken.Of(context), Read.LeaseId(request.LeaseId), context.CancellationToken);
        return new ReleaseResponse { Lease = Write.Lease(lease) };
    }

    public override async Task<AuthorizeToolCallResponse> AuthorizeToolCall(AuthorizeToolCallRequest request, ServerCallContext context)
    {
        var decision = await tools.AuthorizeAsync(
            CallerToken.Of(context),
            new ToolCallQuestion
            {
                Tool = request.Tool,
                Capability = Read.Capabilities([request.Capability], "capability", Capabilities.None),
                Target = request.Target,
                Sensitivity = Read.Sensitivity(request.Sensitivity, "sensitivity"),
                ArgumentsDigest = request.ArgumentsDigest,
                ApprovalId = request.ApprovalId,
                Source = CallerSource.Of(context),
            },
            context.CancellationToken);
        return new AuthorizeToolCallResponse
        {
            Decision = decision switch
            {
                { Allowed: true } => AuthorizeToolCallResponse.Types.Decision.Allow,
                { IsPending: true } => AuthorizeToolCallResponse.Types.Decision.NeedsApproval,
                _ => AuthorizeToolCallResponse.Types.Decision.Deny,
            },
            Reason = decision.Message,
            ApprovalId = decision.ApprovalId?.Value ?? "",
            PolicyVersion = decision.PolicyVersion,
        };
    }

    public override async Task<ReportActivityResponse> ReportActivity(ReportActivityRequest request, ServerCallContext context)
    {
        await activities.RecordAsync(CallerToken.Of(context), [.. request.Activities.Select(Read.Activity)], context.CancellationToken);
        return new ReportActivityResponse { Recorded = request.Activities.Count };
    }

    public override async Task<StreamActivityResponse> StreamActivity(IAsyncStreamReader<StreamActivityRequest> requestStream, ServerCallContext context)
    {
        var token = CallerToken.Of(context);
        var response = new StreamActivityResponse();
        using var stream = streams.Enter(context.CancellationToken);
        try
        {
            await foreach (var next in requestStream.ReadAllAsync(stream.End))
            {
                await activities.RecordAsync(token, [Read.Activity(next.Activity)], context.CancellationToken);
                response.Recorded++;
            }
        }
        catch (OperationCanceledException) when (stream.End.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            // This broker stops: the caller hears how many are on record and goes on with another.
        }

        return response;
    }

    private static Issuance.IssueRequest ReadIssue(IssueRequest request, ServerCallContext context) => new()
    {
        Template = request.Template,
        Capabilities = Read.Capabilities(request.Capabilities, "capabilities", Capabilities.Read),
        Ttl = Read.Duration(request.Ttl, "ttl"),
        IdempotencyKey = request.IdempotencyKey,
        Justification = request.Justification,
        ProofKey = Read.ProofKey(request.ProofKey),
        ApprovalId = request.ApprovalId,
        Source = CallerSource.Of(context),
    };
}
