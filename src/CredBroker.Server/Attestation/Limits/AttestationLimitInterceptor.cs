using System.Net;
using System.Net.Sockets;
using CredBroker.Attestation;
using CredBroker.Protocol.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CredBroker.Server.Attestation.Limits;

/// <summary>Counts, by the address that they come from, the calls for which nobody needs a token, before any work is done for them.</summary>
internal sealed class AttestationLimitInterceptor(AttestationLimits limits) : Interceptor
{
    private const int NetworkBytes = 8;

    private static readonly HashSet<string> Methods = new(StringComparer.Ordinal)
    {
        $"/{TaskService.Descriptor.FullName}/OpenTask",
        $"/{AttestationService.Descriptor.FullName}/GetChallenge",
        $"/{RevocationFeedService.Descriptor.FullName}/WatchRevocations",
    };

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Count(context);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Count(context);
        return continuation(request, responseStream, context);
    }

    /// <summary>What an address is counted as: whoever has one IPv6 address has 2^64 of them.</summary>
    internal static string KeyOf(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily is AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes)) : address.ToString();
    }

    private void Count(ServerCallContext context)
    {
        if (Methods.Contains(context.Method)) AttestationLimits.Count(limits.PerAddress, KeyOf(context.GetHttpContext().Connection.RemoteIpAddress));
    }
}
