using CredBroker.Protocol.V1;

namespace CredBroker.Server.Api;

/// <summary>Services of the protocol that this version does not have yet: every call of theirs answers UNIMPLEMENTED, by HTTP as by gRPC.</summary>
internal static class UnimplementedServices
{
    public static void MapUnimplementedServices(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<Audit>();
    }

    internal sealed class Audit : AuditService.AuditServiceBase;
}
