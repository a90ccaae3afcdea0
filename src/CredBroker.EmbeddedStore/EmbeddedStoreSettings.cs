namespace CredBroker.EmbeddedStore;

/// <summary>Sizes of the embedded store. The defaults suit one machine with up to a few hundred thousand live leases.</summary>
public sealed record EmbeddedStoreSettings
{
    /// <summary>Memory for records, in MiB, 16 or more. What does not fit is kept on disk.</summary>
    public int MemoryMegabytes { get; init; } = 512;

    /// <summary>
    /// Size of the log, in MiB, 8 or more, above which a checkpoint is written and the log before it dropped. It bounds the folder
    /// and the time to recover.
    /// </summary>
    public int CheckpointAfterMegabytes { get; init; } = 64;

    /// <summary>How often the store looks whether a checkpoint or a clean-up of old records is due, in whole seconds.</summary>
    public TimeSpan UpkeepInterval { get; init; } = TimeSpan.FromSeconds(5);
}
