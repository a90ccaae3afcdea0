using CredBroker.Approvals;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Approvals;

/// <summary>Lets requests for approval lapse, and forgets them, every second.</summary>
internal sealed class ApprovalWorker(ApprovalSweep sweep, TimeProvider time, ILogger<ApprovalWorker> logger) : RepeatingWorker(time, logger)
{
    private const int MaxTurnsWithoutPause = 100;

    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    protected override async Task TurnAsync(CancellationToken cancellationToken)
    {
        for (var turn = 0; turn < MaxTurnsWithoutPause; turn++)
            if (await sweep.RunOnceAsync(cancellationToken) < ApprovalSweep.PerBucket) return;
    }
}
