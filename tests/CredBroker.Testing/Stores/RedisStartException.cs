namespace CredBroker.Testing.Stores;

/// <summary>A Redis program ended instead of starting; the message has its last words.</summary>
public sealed class RedisStartException(string message, bool portTaken) : Exception(message)
{
    /// <summary>Whether another port may help.</summary>
    public bool PortTaken { get; } = portTaken;
}
