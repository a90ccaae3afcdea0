using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CredBroker.Benchmarks;

/// <summary>One figure; it goes out as one JSON line.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">What was measured: the median of the rounds.</param>
/// <param name="Unit">The unit of the value and of the anchor.</param>
internal sealed record Figure([property: JsonPropertyName("figure"), JsonPropertyOrder(-3)] string Name, double Value, string Unit)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What it was measured beside, in the same rounds.</summary>
    public string? Anchor { get; init; }

    /// <summary>The anchor's own figure.</summary>
    public double? AnchorValue { get; init; }

    /// <summary>How much more it costs than its anchor: for rates anchor / value, else value / anchor.</summary>
    public double? Ratio { get; init; }

    /// <summary>What it should be.</summary>
    public string? Target { get; init; }

    /// <summary>Whether it is.</summary>
    public bool? Met { get; init; }

    /// <summary>Callers at a time.</summary>
    public int? Callers { get; init; }

    /// <summary>Rounds, or samples for a percentile.</summary>
    public int? Rounds { get; init; }

    /// <summary>How many leases stood behind it, where that matters.</summary>
    public int? Scale { get; init; }

    public string ToJson() => JsonSerializer.Serialize(
        this with { Value = Round(Value), AnchorValue = Round(AnchorValue), Ratio = Round(Ratio) }, Format);

    private static double Round(double value) => Math.Round(value, Math.Abs(value) >= 100 ? 0 : 3);

    private static double? Round(double? value) => value is { } known ? Round(known) : null;
}
