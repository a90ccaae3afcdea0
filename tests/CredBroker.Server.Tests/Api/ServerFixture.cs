using CredBroker.Testing.Broker;

namespace CredBroker.Server.Tests.Api;

/// <summary>A fixture whose tests call the shared broker.</summary>
internal abstract class ServerFixture
{
    protected BrokerProcess Broker { get; private set; } = null!;

    protected BrokerCalls Calls => Broker.Calls;

    [OneTimeSetUp]
    public async Task ConnectAsync() => Broker = await SharedBroker.GetAsync();
}
