namespace CredBroker.Testing.Stores;

/// <summary>A form of the store is not on this machine; the message is one line that says what to install.</summary>
public sealed class StoreMissingException(string message, Exception? cause = null) : Exception(message, cause);
