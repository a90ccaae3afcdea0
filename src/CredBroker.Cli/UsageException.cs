namespace CredBroker.Cli;

/// <summary>The call is wrong; the message says how to make it right.</summary>
internal sealed class UsageException(string message) : Exception(message);
