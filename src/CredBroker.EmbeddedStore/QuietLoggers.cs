using Microsoft.Extensions.Logging;

namespace CredBroker.EmbeddedStore;

/// <summary>
/// Garnet tells much at Information; only its warnings and errors concern an operator. That its upkeep was cancelled, which it calls an error, is
/// how each stop goes.
/// </summary>
internal sealed class QuietLoggers(ILoggerFactory inner) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Quiet(inner.CreateLogger("CredBroker.EmbeddedStore." + categoryName));

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    // The factory belongs to the host.
    public void Dispose() { }

    private sealed class Quiet(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && exception is not OperationCanceledException) inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
