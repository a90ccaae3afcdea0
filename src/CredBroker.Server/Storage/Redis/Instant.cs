using System.Globalization;

namespace CredBroker.Server.Storage.Redis;

/// <summary>Instants and durations as the store keeps them: whole milliseconds.</summary>
internal static class Instant
{
    public static string Write(DateTimeOffset value) => value.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    public static string Write(TimeSpan value) => ((long)value.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    public static DateTimeOffset Read(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static TimeSpan ReadSpan(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
