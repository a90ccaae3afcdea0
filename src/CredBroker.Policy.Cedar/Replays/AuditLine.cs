using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace CredBroker.Policy.Cedar.Replays;

/// <summary>One line of an audit trail, as far as it tells of a decision.</summary>
internal sealed record AuditLine
{
    /// <summary>What happened, in snake_case.</summary>
    public required string Type { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What acted, such as <c>agent</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Who acted.</summary>
    public string Subject { get; init; } = "";

    /// <summary>For which tenant.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>The task; null = none.</summary>
    public string? Task { get; init; }

    /// <summary>The reason of a refusal; null = none.</summary>
    public string? Reason { get; init; }

    /// <summary>Text was cut or details were left out, so it does not tell everything.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>Further facts by name.</summary>
    public required IReadOnlyDictionary<string, string> Details { get; init; }

    /// <summary>A fact; null where it is not told.</summary>
    public string? Fact(string name) => Details.GetValueOrDefault(name);

    /// <summary>Reads a line; false where it is none.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out AuditLine? line)
    {
        line = null;
        try
        {
            using var json = JsonDocument.Parse(text);
            line = Read(json.RootElement);
            return line is not null;
        }
        // The second is what the reader throws for a member of another type.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static AuditLine? Read(JsonElement root)
    {
        if (Text(root, "type") is not { } type || !DateTimeOffset.TryParse(
            Text(root, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return null;
        var actor = root.TryGetProperty("actor", out var found) ? found : default;
        return new AuditLine
        {
            Type = type,
            Time = time,
            Kind = Text(actor, "kind") ?? "",
            Subject = Text(actor, "subject") ?? "",
            Tenant = Text(actor, "tenant") ?? "",
            Task = Text(root, "task"),
            Reason = Text(root, "reason"),
            IsTruncated = root.TryGetProperty("truncated", out var truncated) && truncated.ValueKind is JsonValueKind.True,
            Details = root.TryGetProperty("details", out var details)
                ? details.EnumerateObject().ToDictionary(detail => detail.Name, detail => detail.Value.GetString() ?? "", StringComparer.Ordinal)
                : new Dictionary<string, string>(),
        };
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value.GetString() : null;
}
