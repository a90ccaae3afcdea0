using CredBroker.Protocol.V1;
using CredBroker.Server.Hosting;
using Grpc.Core;

namespace CredBroker.Server.Api;

/// <summary><c>GovernanceService</c> of the protocol.</summary>
internal sealed class GovernanceGrpcService(BrokerStatus status) : GovernanceService.GovernanceServiceBase
{
    public override async Task<GetStatusResponse> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        var report = await status.ReadAsync(context.CancellationToken);
        var response = new GetStatusResponse
        {
            Version = BrokerStatus.Version,
            Ready = report.IsReady,
            StartedAt = Wire.Write.Instant(report.StartedAt),
            Templates = report.Templates,
            CatalogueVersion = report.CatalogueVersion,
            Store = report.Store,
        };
        response.Components.AddRange(report.Components.Select(component => new GetStatusResponse.Types.Component
        {
            Name = component.Name,
            Healthy = component.IsHealthy,
            Detail = component.Detail,
        }));
        return response;
    }
}
