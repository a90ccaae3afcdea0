namespace CredBroker.Server.Hosting;

/// <summary>One thing that the broker needs.</summary>
internal sealed record StatusComponent(string Name, bool IsHealthy, string Detail);
