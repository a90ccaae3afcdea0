namespace CredBroker.Cli.Exec;

/// <summary>
/// Finds the file of a command as a shell does: a name with a slash is a path, any other is looked up in PATH and nowhere else.
/// .NET itself would also look beside this program and in the working folder, where anybody may have put something.
/// </summary>
internal readonly record struct ProgramFile(string? Path, string Fault, int ExitCode)
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static ProgramFile Find(string name)
    {
        if (OperatingSystem.IsWindows()) return new ProgramFile(name, "", ExitCodes.Ok);
        var candidates = name.Contains('/', StringComparison.Ordinal) ? [System.IO.Path.GetFullPath(name)] : InPath(name);
        var there = false;
        foreach (var candidate in candidates.Where(File.Exists))
        {
            if ((File.GetUnixFileMode(candidate) & Executable) != 0) return new ProgramFile(candidate, "", ExitCodes.Ok);
            there = true;
        }
        return there
            ? new ProgramFile(null, "permission denied", ExitCodes.CannotRun)
            : new ProgramFile(null, "command not found", ExitCodes.NotFound);
    }

    private static IEnumerable<string> InPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Where(System.IO.Path.IsPathRooted)
        .Select(folder => System.IO.Path.Combine(folder, name));
}
