using System.Diagnostics;

namespace CredBroker.Testing.Stores;

/// <summary>A session at a PostgreSQL that stays open until it is ended from either side.</summary>
public sealed class PostgresSession : IAsyncDisposable
{
    private const string Answer = "alive";
    private readonly Process _psql;

    internal PostgresSession(string connection, string password) => _psql = PostgresProgram.Psql(connection, password);

    /// <summary>Whether it can still ask something.</summary>
    public async Task<bool> IsAliveAsync()
    {
        try
        {
            await _psql.StandardInput.WriteLineAsync($"SELECT '{Answer}';");
            await _psql.StandardInput.FlushAsync();
            return await _psql.StandardOutput.ReadLineAsync().WaitAsync(RedisProgram.Patience) == Answer;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_psql.HasExited) _psql.Kill();
        await _psql.WaitForExitAsync();
        _psql.Dispose();
    }
}
