namespace CredBroker.EmbeddedStore;

/// <summary>The embedded store cannot be opened. The message names the folder and the remedy.</summary>
public sealed class EmbeddedStoreException : Exception
{
    /// <summary>With a message.</summary>
    public EmbeddedStoreException(string message) : base(message) { }

    /// <summary>With a message and its cause.</summary>
    public EmbeddedStoreException(string message, Exception cause) : base(message, cause) { }
}
