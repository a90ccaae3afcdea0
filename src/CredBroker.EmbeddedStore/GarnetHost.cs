using Garnet;
using Garnet.server;
using Microsoft.Extensions.Logging;

namespace CredBroker.EmbeddedStore;

/// <summary>Garnet in this process, with the turn-taking sessions in front of its own.</summary>
internal sealed class GarnetHost : GarnetServer
{
    private readonly GroupCommit _commit;

    private GarnetHost(GarnetServerOptions options, AcknowledgedTail acknowledged, ILoggerFactory loggers) : base(options, loggers)
    {
        _commit = new GroupCommit(storeWrapper.appendOnlyFile.Log.SingleLog, acknowledged, loggers.CreateLogger(nameof(GroupCommit)));
        foreach (var server in storeWrapper.Servers)
        {
            var providers = server.GetSessionProviders();
            foreach (var (format, provider) in providers)
                providers[format] = new TurnTakingProvider(provider, _commit);
        }
    }

    public static GarnetHost Start(string dataFolder, string socketPath, EmbeddedStoreSettings settings, ILoggerFactory loggers)
    {
        var acknowledged = AcknowledgedTail.Open(dataFolder);
        try
        {
            return Start(new GarnetHost(GarnetSettings.Of(dataFolder, socketPath, settings), acknowledged, loggers), acknowledged);
        }
        catch
        {
            acknowledged.Dispose();
            throw;
        }
    }

    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        var status = await storeWrapper.TakeCheckpointAsync(false, 0, cancellationToken, null).ConfigureAwait(false);
        if (status is not CheckpointStatus.Success) throw new IOException($"Checkpoint: {status}.");
    }

    private static GarnetHost Start(GarnetHost host, AcknowledgedTail acknowledged)
    {
        try
        {
            host.Start();
            if (LogInspection.FindDamage(host.storeWrapper.appendOnlyFile.Log.SingleLog, acknowledged.Value) is not { } address) return host;
            throw new EmbeddedStoreException(
                $"The log of the embedded store is damaged: what was stored behind byte {address} of {acknowledged.Value} is missing, leases perhaps among it. "
                + $"Restore the folder, or accept the loss by deleting '{acknowledged.Path}', and starting again.");
        }
        catch
        {
            // Without the commit of Close: a log that was not recovered must not be written to.
            host.Dispose();
            throw;
        }
    }

    /// <summary>Commits what is pending and stops.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await _commit.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            Dispose();
        }
    }
}
