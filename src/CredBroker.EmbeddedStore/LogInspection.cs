using Tsavorite.core;

namespace CredBroker.EmbeddedStore;

/// <summary>Looks whether a recovered log is whole: Tsavorite takes zeros for the end of a page, and what is behind them for what comes next.</summary>
internal static class LogInspection
{
    /// <summary>The marks of commits, which a scan does not show, are smaller.</summary>
    private const int LargestMark = 1024;

    /// <returns>The address behind which something is missing; null where nothing is.</returns>
    public static long? FindDamage(TsavoriteLog log, long acknowledged)
    {
        if (log.TailAddress < acknowledged) return log.TailAddress;
        var expected = log.BeginAddress;
        using var scan = log.Scan(log.BeginAddress, log.TailAddress, recover: false, scanUncommitted: true);
        try
        {
            while (scan.GetNext(out _, out var length, out var current, out var next))
            {
                // A page ends with zeros only where the next entry would not have fitted into them.
                if (current - expected > length + log.HeaderSize + LargestMark) return expected;
                expected = next;
            }
        }
        catch (TsavoriteException)
        {
            return expected;
        }

        return log.TailAddress - expected > LargestMark ? expected : null;
    }
}
