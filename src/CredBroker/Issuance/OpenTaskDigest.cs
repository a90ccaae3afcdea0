using System.Globalization;

namespace CredBroker.Issuance;

/// <summary>Tells whether two requests for a task are the same. Evidence does not count: it is fresh each time.</summary>
internal static class OpenTaskDigest
{
    public static string Of(OpenTaskRequest request) => RequestDigest.Of(
    [
        request.TaskRef,
        request.Purpose,
        request.Intent,
        .. request.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).SelectMany(label => new[] { label.Key, label.Value }),
        .. request.Delegation.Select(entry => string.Create(
            CultureInfo.InvariantCulture, $"{entry.Template} {(int)entry.Capabilities} {entry.MaxTtl?.Ticks}")),
        request.MaxDuration?.Ticks.ToString(CultureInfo.InvariantCulture) ?? "",
        request.HeartbeatInterval?.Ticks.ToString(CultureInfo.InvariantCulture) ?? "",
    ]);
}
