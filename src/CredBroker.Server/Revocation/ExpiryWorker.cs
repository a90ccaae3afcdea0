using CredBroker.Revocation;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Revocation;

/// <summary>Ends what has come to its time, four times a second.</summary>
internal sealed class ExpiryWorker(Expirer expirer, TimeProvider time, ILogger<ExpiryWorker> logger) : RepeatingWorker(time, logger)
{
    private const int MaxTurnsWithoutPause = 100;

    protected override TimeSpan Pause => TimeSpan.FromMilliseconds(250);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        // A backlog is worked off without pausing, but something that stays due cannot keep the worker spinning.
        for (var turn = 0; turn < MaxTurnsWithoutPause; turn++)
            if (await expirer.RunOnceAsync(cancellationToken) < Expirer.PerBucket) return;
    }
}
