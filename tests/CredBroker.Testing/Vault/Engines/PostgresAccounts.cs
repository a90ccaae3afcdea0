using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using CredBroker.Testing.Vault.Http;

namespace CredBroker.Testing.Vault.Engines;

/// <summary>Roles of a real PostgreSQL, by the statements that Vault would run.</summary>
internal sealed class PostgresAccounts(string connectionUrl, string user, string password) : IVaultAccounts
{
    // What Vault runs where a role says nothing of its own: open sessions live on.
    private static readonly string[] DefaultRenewal = ["""ALTER ROLE "{{name}}" VALID UNTIL '{{expiration}}';"""];
    private static readonly string[] DefaultRevocation = ["""DROP OWNED BY "{{name}}";""", """DROP ROLE IF EXISTS "{{name}}";"""];

    public Task CreateAsync(VaultAccount account, IReadOnlyList<string> statements) => RunAsync(statements, account.Name, account.Password, account.ExpiresAt);

    public Task RenewAsync(string name, DateTimeOffset expiresAt, IReadOnlyList<string> statements) =>
        RunAsync(statements.Count == 0 ? DefaultRenewal : statements, name, accountPassword: "", expiresAt);

    public async Task DropAsync(string name, IReadOnlyList<string> statements)
    {
        // The real one looks first, too: what is gone is revoked.
        if (statements.Count == 0 && !await ExistsAsync(name)) return;
        await RunAsync(statements.Count == 0 ? DefaultRevocation : statements, name, accountPassword: "", DateTimeOffset.UnixEpoch);
    }

    private async Task<bool> ExistsAsync(string name) => (await SendAsync($"SELECT 1 FROM pg_roles WHERE rolname = '{name}';")).Trim() == "1";

    private Task<string> RunAsync(IReadOnlyList<string> statements, string name, string accountPassword, DateTimeOffset expiresAt) =>
        SendAsync(string.Join('\n', statements)
            .Replace("{{name}}", name, StringComparison.Ordinal)
            .Replace("{{username}}", name, StringComparison.Ordinal)
            .Replace("{{password}}", accountPassword, StringComparison.Ordinal)
            .Replace("{{expiration}}", expiresAt.ToString("yyyy-MM-dd HH:mm:sszzz", CultureInfo.InvariantCulture), StringComparison.Ordinal));

    /// <summary>Statements go by the input: what stands among the arguments of a process can be read by others.</summary>
    private async Task<string> SendAsync(string sql)
    {
        var url = connectionUrl.Replace("{{username}}", user, StringComparison.Ordinal).Replace(":{{password}}", "", StringComparison.Ordinal);
        var start = new ProcessStartInfo("psql", [url, "--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--single-transaction", "--file", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PGPASSWORD"] = password;
        try
        {
            using var psql = Process.Start(start) ?? throw VaultRefusal.Internal("psql did not start");
            await psql.StandardInput.WriteAsync(sql);
            psql.StandardInput.Close();
            var output = psql.StandardOutput.ReadToEndAsync();
            var errors = await psql.StandardError.ReadToEndAsync();
            await psql.WaitForExitAsync();
            return psql.ExitCode == 0 ? await output : throw VaultRefusal.Internal(errors.Trim());
        }
        catch (Win32Exception missing)
        {
            throw VaultRefusal.Internal(missing.Message);
        }
    }
}
