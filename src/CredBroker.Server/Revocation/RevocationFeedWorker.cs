using CredBroker.Revocation;
using CredBroker.Server.Hosting;

namespace CredBroker.Server.Revocation;

/// <summary>Follows the revocation log for every watcher of this broker.</summary>
internal sealed class RevocationFeedWorker(RevocationFeed feed, TimeProvider time, ILogger<RevocationFeedWorker> logger) : RepeatingWorker(time, logger)
{
    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    protected override Task TurnAsync(CancellationToken cancellationToken) => feed.RunAsync(cancellationToken);
}
