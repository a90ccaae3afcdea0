namespace CredBroker;

/// <summary>
/// An exact subject, or a prefix that ends in <c>/*</c> and matches everything strictly below it:
/// <c>spiffe://acme.test/agent/*</c> matches <c>…/agent/x</c> and <c>…/agent/x/y</c>, and neither <c>…/agent</c> nor
/// <c>…/agent-admin/x</c>. Comparison is by ordinal.
/// <para>
/// A pattern is printable ASCII, its parts between slashes are neither empty nor <c>.</c> nor <c>..</c>, and the name before
/// the first <c>/*</c> is complete: <c>spiffe://*</c> would be every trust domain and is refused. A prefix does not match a
/// subject that could mean a place outside of it: one with an empty, <c>.</c> or <c>..</c> part, a backslash, a control
/// character or a percent-encoded dot, slash, backslash or percent sign below the prefix.
/// </para>
/// </summary>
public readonly record struct SubjectPattern
{
    private const int MaxLength = 2048;
    private const string SchemeEnd = "://";

    private static readonly string[] Disguises = ["%2e", "%2f", "%5c", "%25", "%00"];

    private readonly string _pattern;

    private SubjectPattern(string pattern) => _pattern = pattern;

    /// <summary>Whether it is one subject and not a prefix.</summary>
    public bool IsExact => _pattern is not null && !_pattern.EndsWith('*');

    /// <summary>Reads a pattern; false where it is not of the form, or is longer than 2,048 characters.</summary>
    public static bool TryParse(string? text, out SubjectPattern pattern)
    {
        pattern = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || text.Contains("..", StringComparison.Ordinal)) return false;
        if (text.AsSpan().ContainsAnyExceptInRange('!', '~') || text.Contains('\\', StringComparison.Ordinal)) return false;
        var name = text.EndsWith("/*", StringComparison.Ordinal) ? text.AsSpan(0, text.Length - 2) : text;
        if (name.Contains('*') || !IsCompleteName(name)) return false;
        pattern = new SubjectPattern(text);
        return true;
    }

    /// <summary>Reads a pattern that has been found good before.</summary>
    /// <exception cref="FormatException">It is not of the form.</exception>
    public static SubjectPattern Parse(string text) => TryParse(text, out var pattern) ? pattern : throw new FormatException("Not a subject pattern.");

    /// <summary>Whether the subject matches.</summary>
    public bool Matches(string? subject)
    {
        if (_pattern is null || subject is null) return false;
        if (IsExact) return string.Equals(_pattern, subject, StringComparison.Ordinal);
        var prefix = _pattern.AsSpan(0, _pattern.Length - 1);
        return subject.AsSpan().StartsWith(prefix, StringComparison.Ordinal) && StaysBelow(subject.AsSpan(prefix.Length));
    }

    /// <inheritdoc/>
    public override string ToString() => _pattern ?? "";

    private static bool IsCompleteName(ReadOnlySpan<char> name)
    {
        var scheme = name.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (scheme == 0) return false;
        var body = scheme < 0 ? name : name[(scheme + SchemeEnd.Length)..];
        if (!HasOnlyPlainParts(body)) return false;
        // "spiffe:/*": a scheme alone is nobody's name.
        return scheme >= 0 || !body.EndsWith(":");
    }

    private static bool StaysBelow(ReadOnlySpan<char> rest)
    {
        foreach (var c in rest)
            if (c == '\\' || char.IsControl(c)) return false;
        foreach (var disguise in Disguises)
            if (rest.Contains(disguise, StringComparison.OrdinalIgnoreCase)) return false;
        return HasOnlyPlainParts(rest);
    }

    private static bool HasOnlyPlainParts(ReadOnlySpan<char> path)
    {
        foreach (var range in path.Split('/'))
            if (path[range] is "" or "." or "..") return false;
        return true;
    }
}
