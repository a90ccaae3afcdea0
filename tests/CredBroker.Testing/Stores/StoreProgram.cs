using System.Collections.Concurrent;
using System.Diagnostics;

namespace CredBroker.Testing.Stores;

/// <summary>Starts the programs of stores, keeps their first words, and ends with the test run those that were forgotten.</summary>
internal static class StoreProgram
{
    private const int KeptLines = 200;
    private static readonly ConcurrentDictionary<Process, ConcurrentQueue<string>> Started = new();

    static StoreProgram() => AppDomain.CurrentDomain.ProcessExit += (_, _) => KillForgotten();

    public static Process Start(string program, IEnumerable<string> arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        var lines = Started[process] = new ConcurrentQueue<string>();
        process.OutputDataReceived += (_, line) => Keep(lines, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(lines, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>The last that a program said before it ended.</summary>
    public static string LastWords(Process process)
    {
        process.WaitForExit();
        return string.Join('\n', Started[process].TakeLast(5));
    }

    /// <summary>Whether a program is on the path.</summary>
    public static bool IsOnPath(string program) => PathOf(program) is not null;

    /// <summary>Where on the path a program is; null = nowhere.</summary>
    public static string? PathOf(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null && lines.Count < KeptLines) lines.Enqueue(line);
    }

    private static void KillForgotten()
    {
        foreach (var process in Started.Keys)
        {
            try
            {
                process.Kill();
            }
            catch (InvalidOperationException)
            {
                // It was disposed or has ended.
            }
        }
    }
}
