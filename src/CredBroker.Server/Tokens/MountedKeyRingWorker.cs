using CredBroker.Server.Hosting;

namespace CredBroker.Server.Tokens;

/// <summary>Looks at the mounted keys from time to time, so that they can be changed without a restart.</summary>
internal sealed class MountedKeyRingWorker(MountedSigningKeyRing ring, TimeProvider time, ILogger<MountedKeyRingWorker> logger) : RepeatingWorker(time, logger)
{
    protected override TimeSpan Pause => TimeSpan.FromSeconds(5);

    protected override Task TurnAsync(CancellationToken cancellationToken)
    {
        ring.Refresh();
        return Task.CompletedTask;
    }
}
