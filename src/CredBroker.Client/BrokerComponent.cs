namespace CredBroker.Client;

/// <summary>One thing that the broker needs.</summary>
/// <param name="Name">Its name, such as <c>store</c>, <c>audit</c> or <c>keys</c>.</param>
/// <param name="Healthy">Whether it works.</param>
/// <param name="Detail">What is wrong.</param>
public sealed record BrokerComponent(string Name, bool Healthy, string Detail);
