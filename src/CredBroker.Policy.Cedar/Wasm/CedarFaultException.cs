namespace CredBroker.Policy.Cedar.Wasm;

/// <summary>
/// Cedar broke off: it ran out of its memory or stack, or it asked for what it must not. What it was asked has no answer, and
/// the instance that was asked is of no more use.
/// </summary>
public sealed class CedarFaultException : Exception
{
    /// <summary>Says what happened.</summary>
    public CedarFaultException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
