namespace CredBroker;

/// <summary>
/// An exact subject, or a prefix that ends in <c>/*</c> and matches everything strictly below it:
/// <c>spiffe://acme.test/agent/*</c> matches <c>…/agent/x</c> and <c>…/agent/x/y</c>, and neither <c>…/agent</c> nor
/// <c>…/agent-admin/x</c>. Comparison is by ordinal. A star anywhere else is refused when the pattern is read.
/// </summary>
public readonly record struct SubjectPattern
{
    private readonly string _pattern;

    private SubjectPattern(string pattern) => _pattern = pattern;

    /// <summary>Reads a pattern; false where it is empty, holds a star elsewhere, <c>..</c>, white space or a control character.</summary>
    public static bool TryParse(string? text, out SubjectPattern pattern)
    {
        pattern = default;
        if (string.IsNullOrEmpty(text) || text.Length > 2048 || text.Contains("..", StringComparison.Ordinal)) return false;
        foreach (var c in text)
            if (char.IsWhiteSpace(c) || char.IsControl(c)) return false;
        var star = text.IndexOf('*', StringComparison.Ordinal);
        if (star >= 0 && (star != text.Length - 1 || text.Length < 3 || text[^2] != '/')) return false;
        pattern = new SubjectPattern(text);
        return true;
    }

    /// <summary>Whether the subject matches.</summary>
    public bool Matches(string subject)
    {
        if (_pattern is null) return false;
        if (!_pattern.EndsWith('*')) return string.Equals(_pattern, subject, StringComparison.Ordinal);
        var prefix = _pattern.AsSpan(0, _pattern.Length - 1);
        return subject.Length > prefix.Length && subject.AsSpan().StartsWith(prefix, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override string ToString() => _pattern ?? "";
}
