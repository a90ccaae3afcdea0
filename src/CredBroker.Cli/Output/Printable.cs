using System.Globalization;

namespace CredBroker.Cli.Output;

/// <summary>Makes text fit for a terminal. Purposes, outcomes and names come from agents, and must not be able to move the cursor of whoever looks.</summary>
internal static class Printable
{
    public static string Text(string text) =>
        text.Any(IsUnfit) ? string.Concat(text.Select(c => IsUnfit(c) ? '\uFFFD' : c)) : text;

    private static bool IsUnfit(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format;
}
