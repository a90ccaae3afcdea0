namespace CredBroker.Server.Hosting;

/// <summary>The server cannot start as things are. The message is one line that says what is wrong and what to do.</summary>
public sealed class StartRefusedException : Exception
{
    /// <summary>Refuses to start.</summary>
    public StartRefusedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
