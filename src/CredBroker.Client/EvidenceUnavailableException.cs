namespace CredBroker.Client;

/// <summary>The proof of what this process is cannot be read. The message names the place and never the content.</summary>
public sealed class EvidenceUnavailableException : BrokerException
{
    /// <summary>No evidence.</summary>
    public EvidenceUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
