using System.Globalization;
using System.Net.Sockets;
using Garnet.server;
using Tsavorite.core;

namespace CredBroker.EmbeddedStore;

/// <summary>Garnet's options for one durable database behind a private socket.</summary>
internal static class GarnetSettings
{
    public static GarnetServerOptions Of(string dataFolder, string socketPath, EmbeddedStoreSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.MemoryMegabytes, 16);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.CheckpointAfterMegabytes, 8);
        var upkeep = Math.Max(1, (int)settings.UpkeepInterval.TotalSeconds);
        return new GarnetServerOptions
        {
            QuietMode = true,
            EndPoints = [new UnixDomainSocketEndPoint(socketPath)],
            UnixSocketPath = socketPath,
            UnixSocketPermission = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            MaxDatabases = 1,
            // The only clients are this process's own; none may hold up the commit that serves them all.
            NetworkSendThrottleMax = 1024,

            EnableLua = true,
            LuaTransactionMode = true,
            LuaOptions = new LuaOptions(LuaMemoryManagementMode.Native, "", Timeout.InfiniteTimeSpan, LuaLoggingMode.Silent, []),

            // GroupCommit commits. Garnet's own commit wait would wait after every command inside a script and, worse, let a
            // killed process come back with half a script.
            EnableAOF = true,
            CommitFrequencyMs = -1,
            WaitForCommit = false,
            Recover = true,
            FailOnRecoveryError = true,
            DeviceType = DeviceType.RandomAccess,

            EnableStorageTier = true,
            LogDir = Path.Combine(dataFolder, "log"),
            CheckpointDir = Path.Combine(dataFolder, "checkpoint"),
            LogMemorySize = Megabytes(settings.MemoryMegabytes),
            PageSize = "2m",
            SegmentSize = "1g",
            // Garnet 2.2.8 does not recover a checkpoint whose objects fill more than one segment of this size. Files are as large
            // as their content, so a size that is never reached costs nothing.
            ObjectLogSegmentSize = "1024g",
            IndexMemorySize = "16m",
            IndexMaxMemorySize = "256m",
            AofMemorySize = "16m",
            AofPageSize = "4m",
            AofSegmentSize = "8m",

            AofSizeLimit = Megabytes(settings.CheckpointAfterMegabytes),
            AofSizeLimitEnforceFrequencySecs = upkeep,
            ExpiredKeyDeletionScanFrequencySecs = upkeep * 12,
            CompactionFrequencySecs = upkeep * 12,
            CompactionType = LogCompactionType.Lookup,
            CompactionMaxSegments = 2,
        };
    }

    private static string Megabytes(int value) => string.Create(CultureInfo.InvariantCulture, $"{value}m");
}
