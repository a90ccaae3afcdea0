using System.Diagnostics;
using System.Globalization;

namespace CredBroker.TestHost;

/// <summary>The point at which this process is to die, by <c>CREDBROKER_FAULT</c>, such as <c>after-revoke</c> or, when it is there for the third time, <c>after-revoke#3</c>; unset = none.</summary>
internal sealed class CrashPoint
{
    private readonly string? _name;
    private int _left;

    public CrashPoint()
    {
        var parts = Environment.GetEnvironmentVariable("CREDBROKER_FAULT")?.Split('#');
        _name = parts?[0];
        _left = parts is [_, var times] ? int.Parse(times, CultureInfo.InvariantCulture) : 1;
    }

    /// <summary>Dies by SIGKILL where this is the point: nothing is flushed, nobody is told.</summary>
    public void Reached(string name)
    {
        if (name != _name || Interlocked.Decrement(ref _left) != 0) return;
        Process.GetCurrentProcess().Kill();
        throw new UnreachableException("The process has been killed.");
    }
}
