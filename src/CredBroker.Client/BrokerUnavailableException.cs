namespace CredBroker.Client;

/// <summary>The broker could not be reached, did not answer in time, or answered with something that is not its own.</summary>
public sealed class BrokerUnavailableException : BrokerException
{
    /// <summary>No usable answer.</summary>
    public BrokerUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
