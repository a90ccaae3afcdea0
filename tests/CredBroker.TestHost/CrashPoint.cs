using System.Diagnostics;

namespace CredBroker.TestHost;

/// <summary>The point at which this process is to die, by <c>CREDBROKER_FAULT</c>; unset = none.</summary>
internal sealed class CrashPoint
{
    private readonly string? _name = Environment.GetEnvironmentVariable("CREDBROKER_FAULT");

    /// <summary>Dies by SIGKILL where this is the point: nothing is flushed, nobody is told.</summary>
    public void Reached(string name)
    {
        if (name != _name) return;
        Process.GetCurrentProcess().Kill();
        throw new UnreachableException("The process has been killed.");
    }
}
