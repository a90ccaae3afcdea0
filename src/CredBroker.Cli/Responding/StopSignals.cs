using System.Runtime.InteropServices;
using CredBroker.Cli.Exec;

namespace CredBroker.Cli.Responding;

/// <summary>Turns SIGINT (Ctrl+C) and SIGTERM into a token while it lives: what was ordered is not taken back by them, only no longer watched.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM })
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>Fires at the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>The number of the last signal; 0 = none came.</summary>
    public int Number { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Number = UnixProcess.NumberOf(context.Signal);
        _ = _stop.CancelAsync();
    }
}
