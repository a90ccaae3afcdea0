using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace CredBroker.Testing.Stores;

/// <summary>A PostgreSQL of the test's own on a loopback port, with its data in a temporary folder. Nothing of it is meant to last.</summary>
public sealed class PostgresServerProcess : IAsyncDisposable
{
    /// <summary>Who may do everything in it.</summary>
    public const string Administrator = "vault";

    private readonly PostgresProgram _program = PostgresProgram.Find();
    private readonly string _folder = Directory.CreateTempSubdirectory("credbroker-postgres-").FullName;
    private Process? _process;

    private PostgresServerProcess()
    {
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; } = StorePorts.Next();

    /// <summary>The administrator's password.</summary>
    public string Password { get; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>As Vault is told of a database: it puts name and password in.</summary>
    public string VaultConnectionUrl => string.Create(CultureInfo.InvariantCulture, $"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{Port}/postgres?sslmode=disable");

    /// <summary>Starts one and waits until it answers.</summary>
    /// <exception cref="StoreMissingException">PostgreSQL is not installed.</exception>
    public static async Task<PostgresServerProcess> StartAsync()
    {
        var server = new PostgresServerProcess();
        try
        {
            await server.InitialiseAsync();
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        _process = _program.Start("postgres",
        [
            "-D", Path.Combine(_folder, "data"), "-k", _folder, "-p", Port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200",
        ]);
        await RedisProgram.UntilAsync("PostgreSQL answers", IsReadyAsync);
    }

    /// <summary>Ends it at once, with every session.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        _process = null;
        // Asked to quit it takes its children with it; killed it would leave them for a moment.
        if (!process.HasExited) UnixSignal.Send(process, UnixSignal.Quit);
        await process.WaitForExitAsync().WaitAsync(RedisProgram.Patience);
        process.Dispose();
    }

    /// <summary>What the administrator reads: rows as lines, fields with bars between them.</summary>
    public async Task<string> QueryAsync(string sql)
    {
        var (code, output, errors) = await PostgresProgram.PsqlAsync(Local(Administrator), password: "", sql);
        return code == 0 ? output.TrimEnd() : throw new InvalidOperationException($"psql: {errors.Trim()}");
    }

    /// <summary>The roles that Vault has made and not yet dropped.</summary>
    public async Task<IReadOnlyList<string>> DynamicRolesAsync() =>
        (await QueryAsync("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%' ORDER BY rolname")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether somebody gets in over the network.</summary>
    public async Task<bool> AdmitsAsync(string name, string password) => (await PostgresProgram.PsqlAsync(Remote(name), password, "SELECT 1")).ExitCode == 0;

    /// <summary>A session of somebody that stays open.</summary>
    public PostgresSession OpenSession(string name, string password) => new(Remote(name), password);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private async Task InitialiseAsync()
    {
        var passwordFile = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        await _program.OwnAsync(_folder);
        await _program.RunAsync("initdb",
        [
            "-D", Path.Combine(_folder, "data"), "-U", Administrator, "--pwfile", passwordFile, "--auth-local=trust", "--auth-host=scram-sha-256",
            "--no-sync", "--encoding=UTF8", "--locale=C",
        ]);
        File.Delete(passwordFile);
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process is { HasExited: true } ended) throw new InvalidOperationException($"PostgreSQL ended: {StoreProgram.LastWords(ended)}");
        return (await PostgresProgram.PsqlAsync(Local(Administrator), password: "", "SELECT 1")).ExitCode == 0;
    }

    private string Local(string user) => string.Create(CultureInfo.InvariantCulture, $"host={_folder} port={Port} user={user} dbname=postgres");

    private string Remote(string user) => string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={Port} user={user} dbname=postgres");
}
