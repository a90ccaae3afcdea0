using System.Globalization;
using CredBroker.Audit;

namespace CredBroker.Tokens;

/// <summary>The audit line of a change of the signing keys.</summary>
internal static class KeyRingLine
{
    public static AuditEvent Of(AuditEventType type, KeyRing ring, KeyRingCause cause, DateTimeOffset now)
    {
        var signer = ring.SignerAt(now);
        var next = ring.Keys.ElementAtOrDefault(signer + 1);
        return new AuditEvent
        {
            Type = type,
            Time = now,
            Actor = cause.Actor,
            Message = cause.Reason,
            Details = new Dictionary<string, string>
            {
                ["version"] = ring.Version.ToString(CultureInfo.InvariantCulture),
                ["signs"] = ring.Keys[signer].Public.Id,
                ["next"] = next?.Public.Id ?? "",
                ["next_from"] = next?.SignsFrom.ToString("O", CultureInfo.InvariantCulture) ?? "",
                ["retired"] = string.Join(' ', ring.Keys.Take(signer).Select(key => key.Public.Id)),
                ["withdrawn"] = string.Join(' ', ring.Withdrawn.Select(key => key.Id)),
                ["emergency"] = cause.Emergency ? "true" : "false",
            },
        };
    }
}
