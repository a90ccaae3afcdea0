namespace CredBroker.Server.Hosting;

/// <summary>One thing that the broker needs.</summary>
internal sealed record StatusComponent(string Name, bool IsHealthy, string Detail)
{
    /// <summary>Whether nothing at all can be issued without it.</summary>
    public bool IsVital { get; init; } = true;
}
