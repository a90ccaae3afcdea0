using CredBroker.Client.Operators;

namespace CredBroker.Cli.Responding;

/// <summary>Shows how an order comes along.</summary>
internal interface IOrderProgress
{
    void Show(RevocationOrder order);
}
