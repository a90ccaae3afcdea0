namespace CredBroker.Client;

/// <summary>Something did not work between this process and the broker. The message is for a person and holds no secret.</summary>
public abstract class BrokerException : Exception
{
    private protected BrokerException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
