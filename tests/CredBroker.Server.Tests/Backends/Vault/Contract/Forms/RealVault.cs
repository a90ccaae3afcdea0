using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;

namespace CredBroker.Server.Tests.Backends.Vault.Contract.Forms;

/// <summary>A Vault that somebody else runs and lets tests mount engines in.</summary>
internal sealed class RealVault(string address, string token) : IVaultUnderTest
{
    public VaultClient Root { get; } = new(address, token);

    public VaultDouble? Double => null;

    public DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public Task PassAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System);

    public ValueTask DisposeAsync()
    {
        Root.Dispose();
        return ValueTask.CompletedTask;
    }
}
