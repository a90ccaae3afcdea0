using System.ComponentModel;
using System.Diagnostics;

namespace CredBroker.Cli.Exec;

/// <summary>Runs a program in this one's place: the same input and outputs, the same signals, the same exit code.</summary>
internal static class ChildProcess
{
    public static async Task<int> RunAsync(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> variables, SignalRelay signals, TextWriter error)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false };
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var child = new Process { StartInfo = start };
        try
        {
            child.Start();
        }
        catch (Win32Exception e)
        {
            await error.WriteLineAsync($"credbroker: {program}: {e.Message}");
            return ExitCodes.CannotRun;
        }
        signals.SendTo(child);
        // No cancellation: the command decides when it is over, and its credential lives until then.
        await child.WaitForExitAsync(CancellationToken.None);
        return child.ExitCode;
    }
}
