namespace CredBroker.Conformance.Stores;

/// <summary>A form of the store cannot be had on this machine; the message is one line that says what to install.</summary>
public sealed class StoreMissingException(string message) : Exception(message);
