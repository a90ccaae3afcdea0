using CredBroker.Testing.Stores;

namespace CredBroker.Server.Tests;

/// <summary>One PostgreSQL for every test that wants one; made by the first that asks, gone after the last.</summary>
[SetUpFixture]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Structure", "NUnit1032", Justification = "The fixture disposes of it; the analyzer does not see it.")]
internal sealed class SharedPostgres
{
    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static PostgresServerProcess? _postgres;

    /// <summary>The server; where PostgreSQL is not installed the test is skipped, or fails if it must not be missing.</summary>
    public static async Task<PostgresServerProcess> GetAsync()
    {
        await Gate.WaitAsync();
        try
        {
            return _postgres ??= await PostgresServerProcess.StartAsync();
        }
        catch (StoreMissingException missing) when (!RedisForms.AreRequired)
        {
            Assert.Ignore(missing.Message);
            throw;
        }
        finally
        {
            Gate.Release();
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_postgres is not null) await _postgres.DisposeAsync();
    }
}
