using Microsoft.Extensions.Hosting;

namespace CredBroker.Verification.Keys;

/// <summary>Reads the keys at start and from time to time, so that a rotation is known before its first token.</summary>
internal sealed class SigningKeyWorker(SigningKeySource keys, CredBrokerVerificationOptions options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30));
        while (!stoppingToken.IsCancellationRequested)
        {
            var read = await keys.RefreshAsync(stoppingToken).ConfigureAwait(false);
            if (read) backoff.Reset();
            await Task.Delay(read ? options.KeyRefreshInterval : backoff.Next(), time, stoppingToken).ConfigureAwait(false);
        }
    }
}
