using CredBroker.Testing.Vault;
using CredBroker.Testing.Vault.Client;
using Microsoft.Extensions.Time.Testing;

namespace CredBroker.Server.Tests.Backends.Vault.Contract.Forms;

/// <summary>The double, with a clock that a test can move.</summary>
internal sealed class DoubleUnderTest : IVaultUnderTest
{
    private readonly VaultDouble _vault;
    private readonly FakeTimeProvider _time;

    private DoubleUnderTest(VaultDouble vault, FakeTimeProvider time)
    {
        (_vault, _time) = (vault, time);
        Root = new VaultClient(vault.Address, vault.RootToken);
    }

    public VaultClient Root { get; }

    public VaultDouble Double => _vault;

    public DateTimeOffset Now => _time.GetUtcNow();

    public static async Task<DoubleUnderTest> StartAsync()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        return new DoubleUnderTest(await VaultDouble.StartAsync(new VaultDoubleSettings { Time = time }), time);
    }

    public Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Root.Dispose();
        await _vault.DisposeAsync();
    }
}
