using System.Runtime.InteropServices;

namespace CredBroker.Cli.Exec;

/// <summary>The few calls of the C library that .NET has no name for. On Windows they do nothing: a console there sends Ctrl+C to all by itself.</summary>
internal static class UnixProcess
{
    public static void Kill(int processId, int signal)
    {
        if (!OperatingSystem.IsWindows()) _ = KillNative(processId, signal);
    }

    /// <summary>Whether this process is in the foreground of a terminal, and so gets what is typed there.</summary>
    public static bool IsInForeground()
    {
        if (OperatingSystem.IsWindows()) return true;
        try
        {
            using var terminal = File.OpenHandle("/dev/tty");
            return TerminalGroup((int)terminal.DangerousGetHandle()) == ProcessGroup();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No terminal.
            return false;
        }
    }

    public static int NumberOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGQUIT => 3,
        PosixSignal.SIGTERM => 15,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    };

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int KillNative(int processId, int signal);

    [DllImport("libc", EntryPoint = "tcgetpgrp")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int TerminalGroup(int descriptor);

    [DllImport("libc", EntryPoint = "getpgrp")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ProcessGroup();
}
