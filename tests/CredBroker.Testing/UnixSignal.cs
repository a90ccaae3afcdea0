using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CredBroker.Testing;

/// <summary>Signals for processes that a test has started.</summary>
public static class UnixSignal
{
    public const int Quit = 3;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(Process process, int signal)
    {
        if (kill(process.Id, signal) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int process, int signal);
}
