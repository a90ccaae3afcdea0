using CredBroker.Issuance;
using CredBroker.Protocol.V1;
using CredBroker.Server.Access;
using CredBroker.Server.Api.Wire;
using CredBroker.Server.Hosting;
using CredBroker.Tasks;
using CredBroker.Templates;
using CredBroker.Tokens;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary><c>GovernanceService</c> of the protocol.</summary>
internal sealed class GovernanceGrpcService(
    BrokerStatus status, ITemplateCatalogue catalogue, IssueExplainer explainer, TighteningDesk tightening, SigningKeyRotation rotation, ClockReset clock)
    : GovernanceService.GovernanceServiceBase
{
    public override async Task<GetStatusResponse> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        var report = await status.ReadAsync(context.CancellationToken);
        var (waiting, deadLetters) = await status.CountRevocationsAsync(context.CancellationToken);
        var response = new GetStatusResponse
        {
            Version = BrokerStatus.Version,
            Ready = report.IsReady,
            StartedAt = Wire.Write.Instant(report.StartedAt),
            Templates = report.Templates,
            CatalogueVersion = report.CatalogueVersion,
            Store = report.Store,
            QueueDepth = waiting,
            DeadLetters = deadLetters,
        };
        response.Components.AddRange(report.Components.Select(component => new GetStatusResponse.Types.Component
        {
            Name = component.Name,
            Healthy = component.IsHealthy,
            Detail = component.Detail,
        }));
        return response;
    }

    public override Task<ListTemplatesResponse> ListTemplates(ListTemplatesRequest request, ServerCallContext context)
    {
        var scope = CallerAccess.RequireOperator(context).TenantsOf(OperatorRole.Viewer);
        var response = new ListTemplatesResponse();
        response.Templates.AddRange(
            catalogue.Current.Templates.Values.Where(template => template.IsFor(scope)).OrderBy(template => template.Name, StringComparer.Ordinal)
                .Select(WriteTemplate.From));
        return Task.FromResult(response);
    }

    public override Task<GetTemplateResponse> GetTemplate(GetTemplateRequest request, ServerCallContext context)
    {
        var scope = CallerAccess.RequireOperator(context).TenantsOf(OperatorRole.Viewer);
        return catalogue.Current.Templates.TryGetValue(request.Name, out var template) && template.IsFor(scope)
            ? Task.FromResult(new GetTemplateResponse { Template = WriteTemplate.From(template) })
            : throw new RefusedException(ErrorReason.TemplateNotFound, "There is no such template.");
    }

    public override async Task<ExplainResponse> Explain(ExplainRequest request, ServerCallContext context)
    {
        var scope = CallerAccess.RequireOperator(context).TenantsOf(OperatorRole.Viewer);
        var asked = new Issuance.IssueRequest
        {
            Template = request.Template,
            Capabilities = Read.Capabilities(request.Capabilities, "capabilities", Capabilities.Read),
            Ttl = Read.Duration(request.Ttl, "ttl"),
        };
        var explanation = await explainer.ExplainAsync(scope, Read.TaskId(request.TaskId) ?? throw TaskGate.NotFound(), asked, context.CancellationToken);
        var response = new ExplainResponse
        {
            Allowed = explanation.Allowed,
            PendingApproval = explanation.IsPending,
            Reason = explanation.Reason,
            PolicyVersion = explanation.PolicyVersion,
            Ttl = explanation.Ttl is { } ttl ? Duration.FromTimeSpan(ttl) : null,
        };
        response.Policies.AddRange(explanation.Policies);
        response.ApprovalGroups.AddRange(explanation.ApprovalGroups);
        return response;
    }

    public override async Task<PreviewTighteningResponse> PreviewTightening(PreviewTighteningRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var findings = await tightening.PreviewAsync(caller.TenantsOf(OperatorRole.Responder), caller.Principal, context.CancellationToken);
        return new PreviewTighteningResponse
        {
            Version = findings.Version,
            LookedAt = findings.Looked,
            NotPermitted = WriteRevocation.Radius(findings.NotPermitted),
            Undecided = findings.Undecided,
        };
    }

    public override async Task<ApplyTighteningResponse> ApplyTightening(ApplyTighteningRequest request, ServerCallContext context)
    {
        var beginsAt = await tightening.ApplyAsync(
            request.Version, request.Reason, request.ConfirmCount, CallerAccess.RequireOperator(context).Principal, context.CancellationToken);
        return new ApplyTighteningResponse { BeginsAt = Wire.Write.Instant(beginsAt) };
    }

    public override async Task<RotateSigningKeyResponse> RotateSigningKey(RotateSigningKeyRequest request, ServerCallContext context)
    {
        var caller = CallerAccess.RequireOperator(context);
        var key = await rotation.RotateAsync(request.Reason, request.Emergency, caller.Principal, context.CancellationToken);
        return new RotateSigningKeyResponse { KeyId = key.Id, SignsFrom = Wire.Write.Instant(key.SignsFrom) };
    }

    public override async Task<ResetClockResponse> ResetClock(ResetClockRequest request, ServerCallContext context)
    {
        var now = await clock.ResetAsync(request.Reason, CallerAccess.RequireOperator(context).Principal, context.CancellationToken);
        return new ResetClockResponse { StoreTime = Wire.Write.Instant(now) };
    }
}
