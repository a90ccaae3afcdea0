using System.Diagnostics;

namespace CredBroker.Testing.Stores;

/// <summary>PostgreSQL's programs where they are installed. Its server refuses to run as root, so root lends it another user.</summary>
internal sealed class PostgresProgram
{
    private const string User = "postgres";
    private const string Missing = "PostgreSQL is missing: apt-get install postgresql.";
    private const string Debian = "/usr/lib/postgresql";
    private readonly string _folder;

    private PostgresProgram(string folder) => _folder = folder;

    /// <exception cref="StoreMissingException">It is not installed.</exception>
    public static PostgresProgram Find()
    {
        if (!StoreProgram.IsOnPath("psql")) throw new StoreMissingException(Missing);
        if (StoreProgram.PathOf("postgres") is { } program && File.Exists(Path.Combine(Path.GetDirectoryName(program)!, "initdb")))
            return new PostgresProgram(Path.GetDirectoryName(program)!);
        // Debian keeps the server's programs off the path, one folder for each version.
        var newest = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).Select(folder => Path.Combine(folder, "bin")).LastOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            : null;
        return new PostgresProgram(newest ?? throw new StoreMissingException(Missing));
    }

    /// <summary>One command as psql runs it; what it is to do goes by its input.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> PsqlAsync(string connection, string password, string sql)
    {
        using var psql = Psql(connection, password);
        await psql.StandardInput.WriteAsync(sql);
        psql.StandardInput.Close();
        var output = psql.StandardOutput.ReadToEndAsync();
        var errors = await psql.StandardError.ReadToEndAsync();
        await psql.WaitForExitAsync().WaitAsync(RedisProgram.Patience);
        return (psql.ExitCode, await output, errors);
    }

    public static Process Psql(string connection, string password)
    {
        var start = new ProcessStartInfo("psql", [connection, "--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // An empty one asks nobody for a password.
        start.Environment["PGPASSWORD"] = password;
        start.Environment["PGCONNECT_TIMEOUT"] = "10";
        return Process.Start(start)!;
    }

    public Process Start(string program, IEnumerable<string> arguments)
    {
        var command = AsUser([Path.Combine(_folder, program), .. arguments]);
        return StoreProgram.Start(command[0], command[1..]);
    }

    /// <summary>Runs one to its end.</summary>
    public async Task RunAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Start(program, arguments);
        await process.WaitForExitAsync().WaitAsync(RedisProgram.Patience);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {StoreProgram.LastWords(process)}");
    }

    /// <summary>Gives a folder to the user that the server runs as.</summary>
    public async Task OwnAsync(string folder)
    {
        if (!Environment.IsPrivilegedProcess) return;
        using var chown = StoreProgram.Start("chown", ["-R", User, folder]);
        await chown.WaitForExitAsync();
        if (chown.ExitCode != 0) throw new StoreMissingException(Missing);
    }

    // setpriv becomes the program, so that the process that was started is the one to end.
    private static string[] AsUser(string[] command) =>
        Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={User}", $"--regid={User}", "--init-groups", .. command] : command;
}
