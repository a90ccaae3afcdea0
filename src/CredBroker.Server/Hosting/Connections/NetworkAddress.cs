using System.Net;
using System.Net.Sockets;

namespace CredBroker.Server.Hosting.Connections;

/// <summary>What an address is counted as.</summary>
internal static class NetworkAddress
{
    private const int NetworkBytes = 8;

    /// <summary>The address, of IPv6 its first 64 bits: whoever has one IPv6 address has 2^64 of them. Empty where there is none, as on a Unix socket.</summary>
    public static string KeyOf(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily is AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes)) : address.ToString();
    }

    /// <summary>What the other end of a request's connection is counted as. It is made once for each connection.</summary>
    public static string KeyOf(HttpContext http) => http.Features.Get<OpenConnection>()?.Address ?? KeyOf(http.Connection.RemoteIpAddress);
}
