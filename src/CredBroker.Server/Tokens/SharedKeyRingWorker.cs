using CredBroker.Server.Hosting;
using CredBroker.Tokens;

namespace CredBroker.Server.Tokens;

/// <summary>Follows the shared ring, and does to it what is due; which replica does so makes no difference.</summary>
internal sealed class SharedKeyRingWorker(ISigningKeyStore store, SharedSigningKeyRing ring, TimeProvider time, ILogger<SharedKeyRingWorker> logger)
    : RepeatingWorker(time, logger)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    protected override TimeSpan Pause => TimeSpan.FromMilliseconds(100);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        await store.WaitAsync(Poll, cancellationToken);
        await ring.RefreshAsync(cancellationToken);
    }
}
