using System.Net;
using CredBroker.Server.KeySets;

namespace CredBroker.Server.Tests.KeySets;

[TestFixture, Category("Unit")]
public sealed class PrivateNetworksTests
{
    [TestCase("127.0.0.1")]
    [TestCase("127.255.255.254")]
    [TestCase("0.0.0.0")]
    [TestCase("10.0.0.1")]
    [TestCase("172.16.0.1")]
    [TestCase("172.31.255.255")]
    [TestCase("192.168.1.1")]
    [TestCase("169.254.169.254")]
    [TestCase("100.64.0.1")]
    [TestCase("198.18.0.1")]
    [TestCase("224.0.0.1")]
    [TestCase("255.255.255.255")]
    [TestCase("::")]
    [TestCase("::1")]
    [TestCase("::127.0.0.1")]
    [TestCase("::ffff:10.0.0.1")]
    [TestCase("::ffff:169.254.169.254")]
    [TestCase("64:ff9b::169.254.169.254")]
    [TestCase("2002:a00:1::1")]
    [TestCase("fc00::1")]
    [TestCase("fd00:ec2::254")]
    [TestCase("fe80::1")]
    [TestCase("fe80::1%1")]
    [TestCase("ff02::1")]
    [TestCase("2001:db8::1")]
    public void Contains_NobodysOnTheInternet_IsTrue(string address) => Assert.That(PrivateNetworks.Contains(IPAddress.Parse(address)), Is.True);

    [TestCase("1.1.1.1")]
    [TestCase("9.255.255.255")]
    [TestCase("11.0.0.0")]
    [TestCase("172.15.255.255")]
    [TestCase("172.32.0.0")]
    [TestCase("192.167.255.255")]
    [TestCase("100.63.255.255")]
    [TestCase("100.128.0.0")]
    [TestCase("169.253.255.255")]
    [TestCase("::ffff:1.1.1.1")]
    [TestCase("64:ff9b::1.1.1.1")]
    [TestCase("2606:4700::1111")]
    [TestCase("2001:4860:4860::8888")]
    public void Contains_OnTheInternet_IsFalse(string address) => Assert.That(PrivateNetworks.Contains(IPAddress.Parse(address)), Is.False);
}
