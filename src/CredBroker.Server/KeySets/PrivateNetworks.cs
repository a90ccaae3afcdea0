using System.Net;
using System.Net.Sockets;

namespace CredBroker.Server.KeySets;

/// <summary>
/// The networks that are nobody's on the Internet (RFC 6890): this machine, private, link-local with the metadata services of
/// clouds, shared, multicast, reserved; also where an IPv6 address only wraps an IPv4 one.
/// </summary>
internal static class PrivateNetworks
{
    private static readonly IPNetwork[] Networks =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    public static bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return Contains(address.MapToIPv4());
        if (address.AddressFamily is AddressFamily.InterNetworkV6)
        {
            var bytes = address.GetAddressBytes();
            if (Nat64.Contains(address)) return Contains(new IPAddress(bytes.AsSpan(12)));
            if (SixToFour.Contains(address)) return Contains(new IPAddress(bytes.AsSpan(2, 4)));
        }

        return Array.Exists(Networks, network => network.Contains(address));
    }
}
