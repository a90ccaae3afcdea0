using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CredBroker.Cli.Exec;

/// <summary>
/// Passes signals on to the command that is run. Before there is one, a signal stops the preparations. What the terminal sends (Ctrl+C,
/// Ctrl+\) it sends to every process in the foreground, the command included, so that is not passed on a second time.
/// </summary>
internal sealed class SignalRelay : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _early = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Process? _child;

    public SignalRelay()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT })
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>Fires when a signal came before the command was started.</summary>
    public CancellationToken EarlyStop => _early.Token;

    /// <summary>The number of that signal.</summary>
    public int EarlySignal { get; private set; }

    /// <summary>From now on signals go to this process. One that came while it was being started goes to it at once.</summary>
    public void SendTo(Process child)
    {
        lock (_gate)
        {
            _child = child;
            if (EarlySignal != 0) UnixProcess.Kill(child.Id, EarlySignal);
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _early.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        var number = UnixProcess.NumberOf(context.Signal);
        lock (_gate)
        {
            if (_child is null)
            {
                EarlySignal = number;
                _ = _early.CancelAsync();
            }
            else if (!_child.HasExited && !(context.Signal is PosixSignal.SIGINT or PosixSignal.SIGQUIT && UnixProcess.IsInForeground()))
            {
                UnixProcess.Kill(_child.Id, number);
            }
        }
    }
}
