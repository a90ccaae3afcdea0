using System.Globalization;

namespace CredBroker.Attestation;

/// <summary>
/// Which proven text may go on to rules, policies and templates. Whatever an attestor proves, text that could be read as more
/// than itself there (a line end, a sign that turns the writing around, a parent folder, a placeholder) is refused.
/// </summary>
internal static class AttestedText
{
    private const int MaxLength = 4096;
    private static readonly string[] Meaningful = ["..", "{{", "}}", "${", "<%"];

    public static bool IsPlain(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength) return false;
        foreach (var c in text)
            if (CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) return false;
        return !Meaningful.Any(mark => text.Contains(mark, StringComparison.Ordinal));
    }

    /// <summary>A selector is <c>name:value</c>, both of them there.</summary>
    public static bool IsSelector(string? text) =>
        IsPlain(text) && text!.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && colon < text.Length - 1;
}
