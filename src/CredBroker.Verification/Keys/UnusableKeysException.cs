namespace CredBroker.Verification.Keys;

/// <summary>The broker answered, but not with keys that can be trusted.</summary>
internal sealed class UnusableKeysException(string message) : Exception(message);
