using System.Globalization;
using System.Net;
using System.Text.Json;
using CredBroker.Leases;
using CredBroker.Tasks;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>Reads what <see cref="DecisionFacts"/> wrote; null where a line does not tell it, or not in that form.</summary>
internal static class FactReader
{
    private const string Separator = "; ";

    public static T? Word<T>(AuditLine line, string name)
        where T : struct, Enum => Enum.TryParse<T>(line.Fact(name), ignoreCase: true, out var value) ? value : null;

    public static TimeSpan? Duration(AuditLine line, string name) =>
        TimeSpan.TryParseExact(line.Fact(name), "c", CultureInfo.InvariantCulture, out var value) ? value : null;

    public static int? Number(AuditLine line, string name) =>
        int.TryParse(line.Fact(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    public static IPAddress? Source(AuditLine line) => IPAddress.TryParse(line.Fact(DecisionFacts.Source), out var address) ? address : null;

    public static IReadOnlyList<string> Policies(AuditLine line) =>
        line.Fact(PolicyDecision.PoliciesFact)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    public static T? Json<T>(AuditLine line, string name)
        where T : class
    {
        try
        {
            return line.Fact(name) is { } text ? JsonSerializer.Deserialize<T>(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What was held; null where it is not told, and where a line says more than could be read.</summary>
    public static IReadOnlyList<Lease>? Held(AuditLine line, AgentTask task)
    {
        if (line.Fact(DecisionFacts.Held) is not { } text) return null;
        var leases = text.Split(Separator, StringSplitOptions.RemoveEmptyEntries).Select(lease => LeaseOf(lease, task, line.Time)).ToList();
        return leases.Contains(null) ? null : [.. leases.OfType<Lease>()];
    }

    private static Lease? LeaseOf(string text, AgentTask task, DateTimeOffset now)
    {
        if (text.Split(' ') is not [var capabilities, var sensitivity, var target]) return null;
        if (!Enum.TryParse<Capabilities>(capabilities.Replace('+', ','), out var held) || !Enum.TryParse<Sensitivity>(sensitivity, out var level)) return null;
        return HeldLease.Of(task, now, target, level, held);
    }
}
