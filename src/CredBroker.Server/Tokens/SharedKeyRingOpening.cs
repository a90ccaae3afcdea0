using System.Security.Cryptography;
using CredBroker.Server.Hosting;
using CredBroker.Tokens;

namespace CredBroker.Server.Tokens;

/// <summary>Opens the shared ring before anything listens.</summary>
internal sealed class SharedKeyRingOpening(SharedSigningKeyRing ring) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ring.RefreshAsync(cancellationToken);
        }
        catch (CryptographicException fault)
        {
            throw new StartRefusedException(
                "The signing keys in the store are not sealed under this broker's key-encryption key, or have been changed: give every replica the same Tokens:Keys:EncryptionKeyFile.",
                fault);
        }
        catch (RefusedException refusal)
        {
            throw new StartRefusedException($"The signing keys cannot be read from the store: {refusal.Message}", refusal);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
