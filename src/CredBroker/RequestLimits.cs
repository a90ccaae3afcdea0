using System.Text;
using System.Text.RegularExpressions;

namespace CredBroker;

/// <summary>Collects what is wrong with a request, so that the caller hears of all of it at once.</summary>
public sealed partial class RequestLimits
{
    /// <summary>The largest text field, in bytes of UTF-8.</summary>
    public const int MaxTextBytes = 8 * 1024;

    /// <summary>The largest set of labels, keys and values together, in bytes of UTF-8.</summary>
    public const int MaxLabelsBytes = 16 * 1024;

    /// <summary>The most labels of one set.</summary>
    public const int MaxLabels = 64;

    /// <summary>The longest duration that may be asked for.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromHours(24);

    private readonly List<FieldViolation> _violations = [];

    /// <summary>A text that may be empty.</summary>
    public RequestLimits Text(string field, string value)
    {
        if (Encoding.UTF8.GetByteCount(value) > MaxTextBytes) Add(field, "is longer than 8 KB");
        else if (value.Contains('\0', StringComparison.Ordinal)) Add(field, "holds a NUL character");
        return this;
    }

    /// <summary>A text that must say something.</summary>
    public RequestLimits RequiredText(string field, string value)
    {
        if (string.IsNullOrWhiteSpace(value)) Add(field, "must not be empty");
        return Text(field, value);
    }

    /// <summary>A name that the caller chose; null or empty = none.</summary>
    public RequestLimits Name(string field, string? value)
    {
        if (!string.IsNullOrEmpty(value) && !NamePattern().IsMatch(value)) Add(field, "must match [A-Za-z0-9._:/-]{1,128}");
        return this;
    }

    /// <summary>A SHA-256 in lower-case hex; empty = not told.</summary>
    public RequestLimits Digest(string field, string value) =>
        Require(value.Length == 0 || DigestPattern().IsMatch(value), field, "must be a SHA-256 in lower-case hex");

    /// <summary>A duration above nothing and not above <see cref="MaxDuration"/>; null = not stated.</summary>
    public RequestLimits Duration(string field, TimeSpan? value)
    {
        if (value <= TimeSpan.Zero) Add(field, "must be more than nothing");
        else if (value > MaxDuration) Add(field, "must not be more than 24 h");
        return this;
    }

    /// <summary>Labels.</summary>
    public RequestLimits Labels(string field, IReadOnlyDictionary<string, string> value)
    {
        if (value.Count > MaxLabels) Add(field, $"must not be more than {MaxLabels}");
        if (value.Any(label => label.Key.Contains('\0', StringComparison.Ordinal) || label.Value.Contains('\0', StringComparison.Ordinal)))
            Add(field, "hold a NUL character");
        long bytes = 0;
        foreach (var (key, text) in value)
        {
            if (string.IsNullOrWhiteSpace(key)) Add(field, "a key must not be empty");
            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(text);
        }

        if (bytes > MaxLabelsBytes) Add(field, "are larger than 16 KB together");
        return this;
    }

    /// <summary>Something that only the caller of this method can judge.</summary>
    public RequestLimits Require(bool holds, string field, string description)
    {
        if (!holds) Add(field, description);
        return this;
    }

    /// <summary>Refuses where anything is wrong.</summary>
    /// <exception cref="RefusedException"><see cref="ErrorReason.InvalidRequest"/> with every violation.</exception>
    public void ThrowIfAny()
    {
        if (_violations.Count == 0) return;
        throw new RefusedException(ErrorReason.InvalidRequest, string.Join("; ", _violations.Select(v => $"{v.Field} {v.Description}")))
        {
            Violations = [.. _violations],
        };
    }

    private void Add(string field, string description) => _violations.Add(new FieldViolation(field, description));

    [GeneratedRegex(@"\A[A-Za-z0-9._:/-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DigestPattern();
}
