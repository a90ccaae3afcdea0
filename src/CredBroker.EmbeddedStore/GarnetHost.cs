using Garnet;
using Garnet.server;
using Microsoft.Extensions.Logging;

namespace CredBroker.EmbeddedStore;

/// <summary>Garnet in this process, with the turn-taking sessions in front of its own.</summary>
internal sealed class GarnetHost : GarnetServer
{
    private readonly GroupCommit _commit;

    private GarnetHost(GarnetServerOptions options, ILoggerFactory loggers) : base(options, loggers)
    {
        _commit = new GroupCommit(storeWrapper.appendOnlyFile.Log.SingleLog, loggers.CreateLogger(nameof(GroupCommit)));
        foreach (var server in storeWrapper.Servers)
        {
            var providers = server.GetSessionProviders();
            foreach (var (format, provider) in providers)
                providers[format] = new TurnTakingProvider(provider, _commit);
        }
    }

    public static GarnetHost Start(string dataFolder, string socketPath, EmbeddedStoreSettings settings, ILoggerFactory loggers)
    {
        var host = new GarnetHost(GarnetSettings.Of(dataFolder, socketPath, settings), loggers);
        try
        {
            host.Start();
            return host;
        }
        catch
        {
            // Without the commit of Close: a log that was not recovered must not be written to.
            host.Dispose();
            throw;
        }
    }

    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        var status = await storeWrapper.TakeCheckpointAsync(false, 0, cancellationToken, null).ConfigureAwait(false);
        if (status is not CheckpointStatus.Success) throw new IOException($"Checkpoint: {status}.");
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
