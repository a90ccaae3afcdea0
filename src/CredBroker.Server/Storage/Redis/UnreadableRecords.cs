using System.Text.Json;

namespace CredBroker.Server.Storage.Redis;

/// <summary>
/// Says and counts, once for each, which records of the store this broker cannot read: damaged ones, and those of a later version. They are
/// left as they are and left out, so that one of them does not hold up the rest.
/// </summary>
internal sealed partial class UnreadableRecords
{
    private const int MaxRemembered = 4096;
    private readonly Remembered<string, bool> _told;

    public UnreadableRecords(ILogger<UnreadableRecords> logger, StoreMetrics? metrics = null) => _told = new Remembered<string, bool>(MaxRemembered, id =>
    {
        metrics?.Unreadable();
        LogUnreadable(logger, id);
        return true;
    });

    /// <summary>One was met. Its content stays out of the log.</summary>
    public void Note(string id) => _told.Of(id);

    /// <summary>Whether a fault comes from the content of a record.</summary>
    public static bool IsSignedBy(Exception fault) =>
        fault is FormatException or JsonException or OverflowException or ArgumentException or IndexOutOfRangeException or InvalidCastException;

    /// <summary>The one exception for it, whatever of the record it was.</summary>
    public static FormatException Fault(string id, Exception cause) => new($"The record of {id} in the store cannot be read.", cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "The record of {Id} in the store cannot be read; it is left out")]
    private static partial void LogUnreadable(ILogger logger, string id);
}
