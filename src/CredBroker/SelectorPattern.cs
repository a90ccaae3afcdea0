namespace CredBroker;

/// <summary>
/// An attested fact <c>name:value</c>, to the letter, or a prefix that ends in <c>/*</c> and matches everything strictly below it:
/// <c>github:repository:acme/*</c> matches <c>github:repository:acme/orders</c> and not <c>github:repository:acme-labs/orders</c>. A
/// prefix is as strict as that of a <see cref="SubjectPattern"/>.
/// </summary>
public readonly record struct SelectorPattern
{
    private const int MaxLength = 2048;

    private readonly string _text;
    private readonly SubjectPattern? _prefix;

    private SelectorPattern(string text, SubjectPattern? prefix) => (_text, _prefix) = (text, prefix);

    /// <summary>Reads a pattern; false where it is not of the form.</summary>
    public static bool TryParse(string? text, out SelectorPattern pattern)
    {
        pattern = default;
        if (text is null || text.Length > MaxLength || text.Contains("..", StringComparison.Ordinal) || text.Any(char.IsControl)) return false;
        if (text.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon) || colon == text.Length - 1) return false;
        if (!text.Contains('*', StringComparison.Ordinal))
        {
            pattern = new SelectorPattern(text, null);
            return true;
        }

        if (!SubjectPattern.TryParse(text, out var prefix) || text[colon + 1] is '/') return false;
        pattern = new SelectorPattern(text, prefix);
        return true;
    }

    /// <summary>Reads a pattern that has been found good before.</summary>
    /// <exception cref="FormatException">It is not of the form.</exception>
    public static SelectorPattern Parse(string text) => TryParse(text, out var pattern) ? pattern : throw new FormatException("Not a selector pattern.");

    /// <summary>Whether an attested fact matches.</summary>
    public bool Matches(string? selector) =>
        _text is not null && (_prefix is { } prefix ? prefix.Matches(selector) : string.Equals(_text, selector, StringComparison.Ordinal));

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";
}
